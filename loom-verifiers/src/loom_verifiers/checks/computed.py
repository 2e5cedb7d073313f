"""A check of where a file's content comes from."""

import asyncio
import re

from loom_core.contracts.check import Check, CheckContext
from loom_core.types import Evidence
from loom_verifiers.checks.evidence import failed, passed, quote_seen, seen_in
from loom_verifiers.checks.files import MAX_READ_BYTES

_NUMBER = re.compile(r"[-+]?[.,]*\d[\d.,]*(?:e[-+]?\d+)?\s?%?", re.IGNORECASE)
"""A number as people and programs write it."""
_MAX_NUMBER_CHARACTERS = 100


class FileComputed(Check):
    """Passes when a command made the file, rather than a model that wrote it out of its head.

    Models miscount and missort what they read, and nobody can tell from the file. With the
    expectation ``number`` the file must hold one and nothing else.
    """

    name = "file_computed"
    purpose = (
        "target: a file that a command must work out from other files; "
        "expected: number, or nothing for any content"
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
        if expected == "number":
            held = await asyncio.to_thread(_content, path, context)
            if len(held) > _MAX_NUMBER_CHARACTERS or not _NUMBER.fullmatch(held):
                said = seen_in(path, f"; it holds {quote_seen(held)}")
                return failed(label, f"expected a number and nothing else in {target}{said}")
        if changes[-1].by_command:
            return passed(label, "a command made it")
        return failed(
            label,
            f"{target} was written by hand; work it out from the data with a command (shell_execute)",
        )


def _content(path: str, context: CheckContext) -> str:
    """The text of the file without white space around it."""
    return context.workspace.read(path, max_bytes=MAX_READ_BYTES).decode("utf-8", "replace").strip()
