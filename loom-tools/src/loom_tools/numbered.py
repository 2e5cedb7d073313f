"""A range of lines with their numbers, as many as fit, and how to get the rest."""

from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.workspace import displayed
from loom_tools.text import MAX_RESULT_BYTES, counted, shortened


def numbered(lines: list[str], first: int | None, last: int | None, path: str) -> str:
    """The lines with their numbers, and a line that says what was left out.

    Args:
        lines: all lines of the file, at least one.
        first: the first one wanted, from 1; None is the first there is.
        last: the last one wanted, included; None is the last there is.
        path: the file, for messages.

    Raises ``ToolFailed`` for a range that makes no sense.
    """
    start, end = _range(first, last, len(lines), path)
    text, shown_end = _fitting(lines, start, end)
    return "\n".join([text, *_left_out(len(lines), start, shown_end)])


def _range(first: int | None, last: int | None, total: int, path: str) -> tuple[int, int]:
    """First and last line to show, from 1."""
    start = first or 1
    if last is not None and last < start:
        raise ToolFailed(f"line_end {last} is before line_start {start}", ErrorCategory.VALIDATION)
    if start > total:
        raise ToolFailed(
            f"{displayed(path)} has only {counted(total, 'line')}; line_start {start} is past its end",
            ErrorCategory.VALIDATION,
        )
    return start, min(last or total, total)


def _fitting(lines: list[str], first: int, last: int) -> tuple[str, int]:
    """As many of the lines as fit, and the number of the last one."""
    taken: list[str] = []
    left = MAX_RESULT_BYTES
    for number in range(first, last + 1):
        line = f"{number}\t{shortened(lines[number - 1])}"
        left -= len(line.encode()) + 1
        if left < 0 and taken:
            return "\n".join(taken), number - 1
        taken.append(line)
    return "\n".join(taken), last


def _left_out(total: int, first: int, last: int) -> list[str]:
    """What is not shown, and how to get it."""
    if first == 1 and last == total:
        return []
    rest = f"; go on with line_start={last + 1}" if last < total else ""
    return [f"[lines {first} to {last} of {total}{rest}]"]
