"""A check that marks a file whose content a goal tells in words."""

import asyncio

from loom_core.contracts.check import Check, CheckContext
from loom_core.types import Evidence
from loom_verifiers.checks.evidence import failed, passed


class FileAsTold(Check):
    """Passes when the file was made or changed; what it holds is for ``rewriting`` to judge.

    The expectation ``open`` says that its words are the author's, and only its form is compared.
    """

    name = "file_as_told"
    purpose = "target: a file that the subtask makes or changes, compared with what others write"
    review_tier = 2
    demand = "{target} holds what the job says, all of it and nothing else"

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Look whether anything changed it."""
        label = f"{self.name} {target}"
        if not await asyncio.to_thread(context.workspace.is_file, target):
            return failed(
                label, f"expected the file {target}, and there is none", shows_content=False
            )
        path = context.workspace.relative(target)
        changes = [change for change in context.changes if change.path == path]
        if not changes:
            return failed(label, f"{target} is as it was; nothing was done", shows_content=False)
        if changes[0].before == changes[-1].after:
            return failed(label, f"{target} holds what it held before; do what the job says")
        return passed(label, "was written")
