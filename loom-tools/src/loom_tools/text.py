"""Bytes as text and back, and text cut to what a model can take."""

import codecs

from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.workspace import displayed

MAX_RESULT_BYTES = 30 * 1024
"""What a result may hold; more crowds out a model's window."""
MAX_LINE_CHARACTERS = 2000

_PROBED_BYTES = 8192
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


def decoded(data: bytes, path: str) -> str:
    """The text of a file. Bytes that are not UTF-8 survive ``encoded``.

    Raises ``ToolFailed`` for what is not text.
    """
    if b"\0" in data[:_PROBED_BYTES] or data.startswith(_WIDE_MARKS):
        raise ToolFailed(
            f"{displayed(path)} is not text ({len(data):,} bytes of binary data or UTF-16); "
            "use shell_execute with a program that understands it",
            ErrorCategory.VALIDATION,
        )
    return data.decode("utf-8", "surrogateescape")


def encoded(text: str) -> bytes:
    """The bytes that ``decoded`` gave this text for."""
    return text.encode("utf-8", "surrogateescape")


def shown(text: str) -> str:
    """Text that can be sent to a model: bytes that are not UTF-8 appear as a sign for it."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def split_lines(text: str) -> list[str]:
    """The lines without their ends; only a line feed, with or without a return, ends a line."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def shortened(line: str, limit: int = MAX_LINE_CHARACTERS) -> str:
    """A line cut to a length, saying how much is missing."""
    if len(line) <= limit:
        return line
    return f"{line[:limit]}[... {len(line) - limit} more characters]"


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 line``, ``2 lines``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
