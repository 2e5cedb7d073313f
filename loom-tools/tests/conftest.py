import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from loom_core.contracts.tool import RecoveryClass, ToolContext
from loom_core.engine.calls.tool_call import ToolCallRun
from loom_core.sandbox import choose
from loom_core.settings.shape import SandboxSettings
from loom_core.types import Decision
from loom_core.workspace import BlobStore, Workspace


class NoJournal:
    """Takes what the engine would journal, and forgets it."""

    attempt = 1

    def interrupted(self, step):
        return None

    def write(self, *bodies):
        pass

    async def commit(self, *bodies):
        pass


async def approve(_call):
    return Decision(approved=True)


class Session:
    """Calls tools as the engine does: validate, intend, run, and remember what was seen."""

    def __init__(self, root: Path, blobs: Path) -> None:
        self.root = root
        self.context = ToolContext(
            task_id="t",
            subtask_id="s",
            workspace=Workspace(root, blobs=BlobStore(blobs)),
            sandbox=choose(SandboxSettings()),
            seen_files={},
        )
        self.stopped = None
        """How far the last call got that was cancelled."""

    async def call(self, tool_class, **arguments):
        tool = tool_class()
        parsed = tool.arguments_model.model_validate(arguments)
        await tool.intend(parsed, self.context)
        if tool.recovery in {RecoveryClass.KEYED, RecoveryClass.UNKNOWN}:
            return await self._call_watched(tool, arguments)
        result = await tool.run(parsed, self.context)
        self.context.seen_files.update(result.facts.get("seen", {}))
        return result

    async def _call_watched(self, tool, arguments):
        """By the engine itself, which finds what a command changed."""
        run = ToolCallRun(tool, replace(self.context), NoJournal(), approve)
        try:
            return await run.run(1, "c", arguments)
        except asyncio.CancelledError:
            self.stopped = run.stopped
            raise


@pytest.fixture
def root(tmp_path: Path) -> Path:
    directory = tmp_path / "work"
    directory.mkdir()
    return directory


@pytest.fixture
def session(root: Path, tmp_path: Path) -> Session:
    return Session(root, tmp_path / "blobs")
