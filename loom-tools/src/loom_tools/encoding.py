"""Bytes of a text file as text, and back without a byte more or less than the text changed."""

import codecs
from dataclasses import dataclass

from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.workspace import displayed
from loom_tools.kinds import kind_of

_PROBED_BYTES = 8192
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class EncodedText:
    """The text of a file, and how it is written there."""

    text: str
    """Without the mark at its beginning; bytes that are not UTF-8 are lone surrogates in it."""
    codec: str = "utf-8"
    mark: bytes = b""
    """The byte order mark that the file begins with."""

    def encoded(self, text: str) -> bytes:
        """Another text, written in the same way."""
        return self.mark + text.encode(self.codec, _errors(self.codec))


def decoded(data: bytes, path: str) -> EncodedText:
    """The text of a file: UTF-8, or UTF-16 and UTF-32 with a byte order mark.

    Raises ``ToolFailed`` for what is not text.
    """
    mark, codec = next((known for known in _MARKS if data.startswith(known[0])), (b"", "utf-8"))
    if codec == "utf-8" and b"\0" in data[:_PROBED_BYTES]:
        raise not_text(data, path)
    try:
        text = data[len(mark) :].decode(codec, _errors(codec))
    except UnicodeDecodeError as error:
        raise not_text(data, path) from error
    return EncodedText(text, codec, mark)


def not_text(data: bytes, path: str) -> ToolFailed:
    """The refusal of a file that holds no text, with what it holds instead."""
    return ToolFailed(
        f"{displayed(path)} is not text but {kind_of(data).name} ({len(data):,} bytes); "
        "use shell_execute with a program that understands it",
        ErrorCategory.VALIDATION,
    )


def _errors(codec: str) -> str:
    """What happens to bytes that the codec does not know: only for UTF-8 can they be kept."""
    return "surrogateescape" if codec == "utf-8" else "strict"
