"""A check of where a file's content comes from."""

import asyncio
import re

from loom_core.contracts.check import Check, CheckContext
from loom_core.types import Evidence
from loom_verifiers.checks.evidence import failed, passed
from loom_verifiers.checks.files import MAX_READ_BYTES


class FileComputed(Check):
    """Passes when a command made the file, rather than a model that wrote it out of its head.

    Models miscount and missort what they read, and nobody can tell from the file. With the
    expectation ``number`` the file must hold one.
    """

    name = "file_computed"
    purpose = (
        "target: a file that a command must work out from other files; "
        "expected: number, or nothing for any content"
    )
    review_tier = 2
    demand = "{target} is made by a command that works it out, with shell_execute"

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Look what changed the file last."""
        label = f"{self.name} {target}"
        path = context.workspace.relative(target)
        changes = [change for change in context.changes if change.path == path and change.after]
        if not changes:
            return failed(label, f"nothing made {target} yet; run a command that works it out")
        if expected == "number" and not await asyncio.to_thread(_holds_number, path, context):
            return failed(label, f"expected a number in {target}, and there is none")
        if changes[-1].by_command:
            return passed(label, "a command made it")
        return failed(
            label,
            f"{target} was written by hand; work it out from the data with a command (shell_execute)",
        )


def _holds_number(path: str, context: CheckContext) -> bool:
    """Whether there is a digit in the file."""
    return bool(re.search(rb"\d", context.workspace.read(path, max_bytes=MAX_READ_BYTES)))
