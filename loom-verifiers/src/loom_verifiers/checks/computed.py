"""A check of where a file's content comes from."""

import asyncio
import re

from loom_core.contracts.check import Check, CheckContext
from loom_core.errors import PathRefused
from loom_core.types import Evidence
from loom_verifiers.checks.evidence import failed, passed, quote_seen, seen_in
from loom_verifiers.checks.files import MAX_READ_BYTES

_NUMBER = re.compile(r"[-+]?[.,]*\d[\d.,]*(?:e[-+]?\d+)?\s?%?", re.IGNORECASE)
"""A number as people and programs write it."""
_MAX_NUMBER_CHARACTERS = 100
_NAMES_IN = "names in "
_WORD = re.compile(r"\w+")


class FileComputed(Check):
    """Passes when a command made the file, rather than a model that wrote it out of its head.

    Models miscount and missort what they read, and nobody can tell from the file. With the
    expectation ``number`` the file must hold one and nothing else; with ``names in FILE`` each of its
    lines must be made of words that stand in that file, at least one of which is no number.
    """

    name = "file_computed"
    purpose = (
        "target: a file that a command must work out from other files; "
        "expected: number, or names in FILE, or nothing for any content"
    )
    review_tier = 2
    demand = "{target} is made by a command that works it out, with shell_execute"
    settles = True

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Look what changed the file last."""
        label = f"{self.name} {target}"
        path = context.workspace.relative(target)
        changes = [change for change in context.changes if change.path == path and change.after]
        if not changes:
            return failed(label, f"nothing made {target} yet; run a command that works it out")
        wrong = await asyncio.to_thread(_misfit, path, expected, context)
        if wrong:
            return failed(label, wrong)
        if changes[-1].by_command:
            return passed(label, "a command made it")
        return failed(
            label,
            f"{target} was written by hand; work it out from the data with a command (shell_execute)",
        )


def _misfit(path: str, expected: str, context: CheckContext) -> str:
    """What is wrong with the form of a result; empty when nothing is."""
    held = _content(path, context) if expected else ""
    if expected == "number":
        is_number = len(held) <= _MAX_NUMBER_CHARACTERS and _NUMBER.fullmatch(held)
        wanted = "" if is_number else "a number and nothing else"
    elif expected.startswith(_NAMES_IN):
        data = expected.removeprefix(_NAMES_IN).strip()
        is_named = _are_names(held, data, context)
        wanted = "" if is_named else f"names as they stand in {data} and nothing else"
    else:
        return ""
    said = seen_in(path, f"; it holds {quote_seen(held)}")
    return f"expected {wanted} in {path}{said}" if wanted else ""


def _are_names(held: str, source: str, context: CheckContext) -> bool:
    """Whether each line is made of words of the data and not of numbers alone; gone data says nothing."""
    try:
        data = _content(context.workspace.relative(source), context)
    except (OSError, PathRefused):
        return True
    known = set(_WORD.findall(data.casefold()))
    lines = [_WORD.findall(line) for line in held.casefold().splitlines() if line.strip()]
    return bool(lines) and all(
        known.issuperset(line) and any(not word.isdecimal() for word in line) for line in lines
    )


def _content(path: str, context: CheckContext) -> str:
    """The text of the file without white space around it."""
    return context.workspace.read(path, max_bytes=MAX_READ_BYTES).decode("utf-8", "replace").strip()
