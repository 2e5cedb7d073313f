"""Text that a database can hold: Python's may contain halves of characters, which no encoding has."""

from loom_core.errors import StoreError

__all__ = ["as_unicode", "refuse_half_characters", "without_nul"]


def as_unicode(text: str) -> str:
    """The text with marks for what no database can hold, to look for it where it cannot be."""
    return without_nul(text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8"))


def without_nul(text: str) -> str:
    """The text with a mark for each NUL, which PostgreSQL has no place for."""
    return text.replace("\0", "\ufffd")


def refuse_half_characters(*texts: str) -> None:
    """Raise ``StoreError`` for a text with a lone surrogate, before it reaches the database."""
    for text in texts:
        if text.isascii():
            continue
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise StoreError(
                f"{text!r} cannot be kept, because it holds a lone surrogate, which is no Unicode "
                "character; replace it first"
            ) from error
