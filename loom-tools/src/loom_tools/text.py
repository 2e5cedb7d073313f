"""Text cut to what a model can take."""

MAX_RESULT_BYTES = 30 * 1024
"""What a result may hold; more crowds out a model's window."""
MAX_LINE_CHARACTERS = 2000


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
