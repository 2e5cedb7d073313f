"""A check that an edit lost nothing of what was in a file before."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from loom_core.contracts.check import Check, CheckContext
from loom_core.types import Evidence
from loom_verifiers.checks.evidence import failed, passed, seen_in, unverified
from loom_verifiers.checks.files import MAX_READ_BYTES
from loom_verifiers.checks.kept_values import lost_values
from loom_verifiers.checks.parsing import NotParsable, SyntaxProblem, definitions

_SHOWN = 5
_WITHOUT = re.compile(r"lines without (?P<word>.+)", re.DOTALL)
_VALUES_WITHOUT = re.compile(r"values without (?P<keys>.+)", re.DOTALL)
_AND_MORE = re.compile(r"(?P<kept>lines|beginning|end) and (?P<count>\d+) more")
_Compare = Callable[[bytes, bytes], Sequence[str] | None]
"""Finds what was lost between two contents; None when nobody can tell."""


class FileKeeps(Check):
    """Passes when a file still has what the expected word names of its content before the subtask.

    ``lines``: every line, in order; ``beginning``: the same with nothing new before or between
    them; ``end``: the same with nothing new between or after them; ``count``: as many lines;
    ``definitions``: the functions and classes of a Python file; ``everything``: the content as it was.
    ``lines and 2 more``, ``beginning and 1 more`` and ``end and 1 more`` also want just so many new
    lines, and ``lines without WORD`` leaves free what holds that word. ``values without KEY, KEY`` is
    every value of a JSON file but those of the keys.
    """

    name = "file_keeps"
    purpose = (
        "target: an existing file; expected: what must stay: lines, count, definitions, everything"
    )
    demand = "what {target} held before is kept, but for what the job changes"

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Compare the file with its content before the first change of the subtask."""
        label = f"{self.name} {target}"
        compare = _comparison(expected.strip())
        if compare is None:
            return unverified(label, f"what must stay is one of {', '.join(_COMPARISONS)}")
        if not await asyncio.to_thread(context.workspace.is_file, target):
            return failed(label, f"expected the file {target} to be kept, and there is none")
        path = context.workspace.relative(target)
        change = next((one for one in context.changes if one.path == path), None)
        if change is None or not change.before:
            return passed(label, "was not changed" if change is None else "was not there before")
        before = await asyncio.to_thread(_before, change.before, context)
        if before is None:
            return unverified(label, "what it held before was not kept")
        now = await asyncio.to_thread(context.workspace.read, target, max_bytes=MAX_READ_BYTES)
        return _conclude(label, path, await asyncio.to_thread(compare, before, now))


def _conclude(label: str, path: str, lost: Sequence[str] | None) -> Evidence:
    """The evidence that follows from what was lost; None when nobody can tell."""
    if lost is None:
        return unverified(label, "what it held before does not parse")
    if not lost:
        return passed(label, "what had to stay is still there")
    more = f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
    return failed(
        label,
        "keep what was there and change only what was asked for; lost or changed: "
        f"{seen_in(path, '; '.join(lost[:_SHOWN]) + more)}",
    )


def _lost_lines(before: bytes, now: bytes) -> Sequence[str]:
    """The lines of before that are not found in now in the same order."""
    lines, lost, position = _lines(now), list[str](), 0
    for line in _lines(before):
        try:
            position = lines.index(line, position) + 1
        except ValueError:
            lost.append(line)
    return lost


def _changed_beginning(before: bytes, now: bytes) -> Sequence[str]:
    """The lines that do not stand where they stood."""
    new = _lines(now)
    return [
        f"line {number} should still be: {line}"
        for number, line in enumerate(_lines(before), start=1)
        if new[number - 1 : number] != [line]
    ]


def _changed_end(before: bytes, now: bytes) -> Sequence[str]:
    """The lines that do not stand where they stood, counted from the end."""
    old, new = _lines(before), _lines(now)
    return [
        f"line {number} from the end should still be: {line}"
        for number, line in enumerate(reversed(old), start=1)
        if len(new) < number or new[-number] != line
    ]


def _missing_count(before: bytes, now: bytes) -> Sequence[str]:
    """The lines that went away when there are fewer than before."""
    old, new = _lines(before), _lines(now)
    if len(new) >= len(old):
        return []
    return [line for line in old if line not in new] or [f"{len(old) - len(new)} lines"]


def _lost_definitions(before: bytes, now: bytes) -> Sequence[str] | None:
    """The functions and classes that are not defined any more; None when before did not parse."""
    try:
        old = definitions(before)
    except (SyntaxProblem, NotParsable):
        return None
    try:
        new = definitions(now)
    except (SyntaxProblem, NotParsable) as problem:
        return [f"all of it, as it does not parse: {problem}"]
    return [name for name in old if name not in new]


def _any_difference(before: bytes, now: bytes) -> Sequence[str]:
    """One word for a content that is not what it was."""
    return [] if now == before else ["the content, which was only to be read"]


_COMPARISONS: Mapping[str, _Compare] = {
    "lines": _lost_lines,
    "beginning": _changed_beginning,
    "end": _changed_end,
    "count": _missing_count,
    "definitions": _lost_definitions,
    "everything": _any_difference,
}


def _comparison(expected: str) -> _Compare | None:
    """What finds out what was lost; None for words that name nothing."""
    if match := _WITHOUT.fullmatch(expected):
        return partial(_lost_lines_without, match["word"])
    if match := _VALUES_WITHOUT.fullmatch(expected):
        return partial(lost_values, match["keys"].split(", "))
    if match := _AND_MORE.fullmatch(expected):
        return partial(_lost_or_not_so_many, _COMPARISONS[match["kept"]], int(match["count"]))
    return _COMPARISONS.get(expected)


def _lost_lines_without(word: str, before: bytes, now: bytes) -> Sequence[str]:
    """The lines without a word, in any case, that are not found any more; or that all lines are fewer."""
    kept = [line for line in _lines(before) if word.casefold() not in line.casefold()]
    return _lost_lines("\n".join(kept).encode(), now) or _missing_count(before, now)


def _lost_or_not_so_many(
    compare: _Compare, count: int, before: bytes, now: bytes
) -> Sequence[str] | None:
    """What was lost; when nothing was, how many lines are new if these are not so many."""
    lost = compare(before, now)
    new = len(_lines(now)) - len(_lines(before))
    if lost or new == count:
        return lost
    return [f"{new} lines are new, and the job adds {count}"]


def _before(digest: str, context: CheckContext) -> bytes | None:
    """The content of that hash, or None when it was not kept."""
    blobs = context.workspace.blobs
    return blobs.get(digest) if blobs is not None and digest in blobs else None


def _lines(data: bytes) -> list[str]:
    """The lines that hold something, without white space at their ends."""
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    return [line.strip() for line in text.splitlines() if line.strip()]
