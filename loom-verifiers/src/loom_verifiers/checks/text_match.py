"""Whether a text contains or equals another, as a person would say it does."""

import re
import unicodedata


def contains_text(text: str, expected: str) -> bool:
    """Whether the expected words appear in a text; nothing is never contained.

    Line ends, white space at the ends of lines and Unicode composition do not matter. Expected
    text that begins or ends with an ASCII letter or digit must not be a part of a longer word or
    number: ``5`` is in ``5 files`` and in ``is 5.``, not in ``15``, ``2.5`` or ``-5``.
    """
    return bool(_found(text, expected))


def advice_on_case(text: str, expected: str) -> str:
    """What to tell whoever wrote the expected words with other capitals; empty when that is not it."""
    found = "" if contains_text(text, expected) else _found(text, expected, re.IGNORECASE)
    return f'; write "{expected.strip()}" in just these letters, not "{found}"' if found else ""


def equals_text(text: str, expected: str) -> bool:
    """Whether a text is the expected words, with the same freedom.

    A full stop at the end of the expected words may belong to the sentence that quotes them.
    """
    held, wanted = _normalise(text).strip(), _normalise(expected).strip()
    return held == wanted or (wanted.endswith(".") and held == wanted[:-1])


def _found(text: str, expected: str, flags: int = 0) -> str:
    """The expected words as they stand in a text; empty when they do not."""
    wanted = _normalise(expected).strip()
    if not wanted:
        return ""
    match = re.search(_before(wanted) + re.escape(wanted) + _after(wanted), _normalise(text), flags)
    return match[0] if match else ""


def _normalise(text: str) -> str:
    """One newline for each line end, no trailing white space, composed characters."""
    composed = unicodedata.normalize("NFC", text)
    return "\n".join(line.rstrip() for line in composed.splitlines())


def _before(wanted: str) -> str:
    """What must not stand before the match."""
    if wanted[0].isascii() and wanted[0].isdigit():
        return r"(?<![A-Za-z0-9_.-])"
    return r"(?<![A-Za-z0-9_])" if _is_word(wanted[0]) else ""


def _after(wanted: str) -> str:
    """What must not stand after the match."""
    if wanted[-1].isascii() and wanted[-1].isdigit():
        return r"(?![A-Za-z0-9_]|[.,][0-9])"
    return r"(?![A-Za-z0-9_])" if _is_word(wanted[-1]) else ""


def _is_word(character: str) -> bool:
    """Whether it is an ASCII letter, digit or underscore; other scripts need not use spaces."""
    return character.isascii() and (character.isalnum() or character == "_")
