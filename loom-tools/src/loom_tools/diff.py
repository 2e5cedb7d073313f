"""The difference of two texts, short enough to read."""

import difflib
import re

from loom_tools.text import counted, shortened, shown

MAX_DIFF_CHARACTERS = 4000
_MAX_COMPARED_LINES = 2000
"""Comparing takes time with the square of the lines that differ."""
_CONTEXT = 2
_HEADER = re.compile(r"^@@ -(\d+)(,\d+)? \+(\d+)(,\d+)? @@")


def unified(before: str, after: str) -> str:
    """A unified diff without file names; empty when the texts are equal."""
    old, new = shown(before).split("\n"), shown(after).split("\n")
    if old == new:
        return ""
    same = _common(old, new)
    tail = _common(old[same:][::-1], new[same:][::-1])
    start, keep = max(0, same - _CONTEXT), max(0, tail - _CONTEXT)
    old, new = old[start : len(old) - keep], new[start : len(new) - keep]
    if max(len(old), len(new)) > _MAX_COMPARED_LINES:
        return f"[{counted(len(old), 'line')} replaced by {counted(len(new), 'line')}]"
    lines = list(difflib.unified_diff(old, new, lineterm="", n=_CONTEXT))[2:]
    return _capped("\n".join(_moved(shortened(line, 300), start) for line in lines))


def _common(first: list[str], second: list[str]) -> int:
    """How many lines at the beginning are the same."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count


def _moved(line: str, lines_before: int) -> str:
    """A header of a hunk with the line numbers of the whole file; other lines as they are."""
    return _HEADER.sub(
        lambda found: (
            f"@@ -{int(found[1]) + lines_before}{found[2] or ''} "
            f"+{int(found[3]) + lines_before}{found[4] or ''} @@"
        ),
        line,
    )


def _capped(text: str) -> str:
    """Head and tail of a long diff."""
    if len(text) <= MAX_DIFF_CHARACTERS:
        return text
    half = MAX_DIFF_CHARACTERS // 2
    left_out = len(text) - 2 * half
    return f"{text[:half]}\n[... {left_out} characters of the diff left out ...]\n{text[-half:]}"
