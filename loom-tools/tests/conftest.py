from pathlib import Path

import pytest

from loom_core.contracts.tool import ToolContext
from loom_core.sandbox import choose
from loom_core.settings.shape import SandboxSettings
from loom_core.workspace import BlobStore, Workspace


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

    async def call(self, tool_class, **arguments):
        tool = tool_class()
        parsed = tool.arguments_model.model_validate(arguments)
        await tool.intend(parsed, self.context)
        result = await tool.run(parsed, self.context)
        self.context.seen_files.update(result.facts.get("seen", {}))
        return result


@pytest.fixture
def root(tmp_path: Path) -> Path:
    directory = tmp_path / "work"
    directory.mkdir()
    return directory


@pytest.fixture
def session(root: Path, tmp_path: Path) -> Session:
    return Session(root, tmp_path / "blobs")
