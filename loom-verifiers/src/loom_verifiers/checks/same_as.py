"""A check that a file went to another place as it was."""

import asyncio

from loom_core.contracts.check import Check, CheckContext
from loom_core.types import Evidence
from loom_verifiers.checks.evidence import failed, passed, unverified


class FileSameAs(Check):
    """Passes when a file holds, byte for byte, what another one held before the subtask."""

    name = "file_same_as"
    purpose = "target: a path; expected: the file whose content from before it must hold"
    demand = "{target} holds exactly what {expected} held"

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Compare the hashes."""
        label = f"{self.name} {target}"
        workspace = context.workspace
        if not await asyncio.to_thread(workspace.is_file, target):
            return failed(
                label, f"expected the file {target}, and there is none", shows_content=False
            )
        source = workspace.relative(expected)
        change = next((one for one in context.changes if one.path == source), None)
        before = change.before if change else await asyncio.to_thread(_now, source, context)
        if not before:
            return unverified(label, f"what {expected} held before is not known")
        if await asyncio.to_thread(workspace.sha256, target) == before:
            return passed(label, f"is what {expected} was")
        return failed(label, f"{target} does not hold what {expected} held", shows_content=False)


def _now(path: str, context: CheckContext) -> str:
    """The hash of a file that nothing changed; empty when it is not there."""
    return context.workspace.sha256(path) if context.workspace.is_file(path) else ""
