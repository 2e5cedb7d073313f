"""Marks by which whoever wrote a file says that it is not done."""

import asyncio
import re
from collections.abc import Sequence

from loom_core.contracts.check import CheckContext
from loom_core.errors import PathRefused
from loom_core.types import Evidence, Subtask
from loom_verifiers.changed_files import NetChange
from loom_verifiers.checks.evidence import seen_in, unverified
from loom_verifiers.checks.parsing import MAX_PARSED_BYTES

_LEFT = re.compile(r"\b(?:TODO|FIXME|TBD)\b|\b[Ll]orem [Ii]psum\b")
_ASKED_FOR = re.compile(
    r"\b(?:to-?dos?|fixme|tbd|lorem|placeholders?|templates?|stubs?|skeleton|dummy|sample)\b",
    re.IGNORECASE,
)


async def look_for_marks(
    changes: Sequence[NetChange], subtask: Subtask, context: CheckContext
) -> list[Evidence]:
    """One piece of evidence, unverified, for each changed file that says what is left to do."""
    if _ASKED_FOR.search(subtask.description):
        return []
    there = [change for change in changes if not change.is_gone]
    lines = await asyncio.to_thread(lambda: [_mark(change, context) for change in there])
    return [
        unverified(f"changed {change.path}", f"it says that it is not done: {line}")
        for change, line in zip(there, lines, strict=True)
        if line
    ]


def _mark(change: NetChange, context: CheckContext) -> str:
    """The first line with such a mark that was not there before; empty when there is none."""
    try:
        now = context.workspace.read(change.path, max_bytes=MAX_PARSED_BYTES)
    except (PathRefused, OSError):
        return ""
    blobs = context.workspace.blobs
    is_kept = change.before and blobs is not None and change.before in blobs
    before = blobs.get(change.before).decode("utf-8", "replace") if is_kept and blobs else ""
    for line in now.decode("utf-8", "replace").splitlines():
        if _LEFT.search(line) and line.strip() not in before:
            return seen_in(change.path, line.strip()[:200])
    return ""
