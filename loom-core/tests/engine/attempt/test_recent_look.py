import pytest

from loom_core.engine.attempt import recent_look as module
from loom_core.engine.attempt.recent_look import recent_look
from loom_core.workspace import Workspace


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


class Names:
    """Looks at the names in the workspace, and counts."""

    def __init__(self):
        self.looks = 0

    def __call__(self, workspace):
        self.looks += 1
        return [entry.path for entry in workspace.listing()]


async def test_looks_of_one_moment_are_one_look(workspace, monkeypatch):
    monkeypatch.setattr(module, "MAX_AGE_SECONDS", 3600)
    names = Names()

    seen = [await recent_look(workspace, names) for _ in range(3)]

    assert seen == [[], [], []]
    assert names.looks == 1


async def test_own_changes_are_seen_at_once(workspace, monkeypatch):
    monkeypatch.setattr(module, "MAX_AGE_SECONDS", 3600)
    names = Names()
    await recent_look(workspace, names)

    workspace.write("a.txt", b"a")
    after_write = await recent_look(workspace, names)
    workspace.delete("a.txt")

    assert after_write == ["a.txt"]
    assert await recent_look(workspace, names) == []


async def test_changes_of_a_command_are_seen_once_they_were_looked_for(workspace, monkeypatch):
    monkeypatch.setattr(module, "MAX_AGE_SECONDS", 3600)
    names = Names()
    before = workspace.snapshot()
    await recent_look(workspace, names)

    (workspace.root / "made.txt").write_text("by a command")
    workspace.changes_since(before)

    assert await recent_look(workspace, names) == ["made.txt"]


async def test_an_old_look_is_taken_anew(workspace, monkeypatch):
    monkeypatch.setattr(module, "MAX_AGE_SECONDS", 0)
    names = Names()
    await recent_look(workspace, names)

    (workspace.root / "theirs.txt").write_text("by somebody else")

    assert await recent_look(workspace, names) == ["theirs.txt"]


async def test_looks_of_two_workspaces_are_kept_apart(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MAX_AGE_SECONDS", 3600)
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "b.txt").write_text("b")
    names = Names()

    assert await recent_look(Workspace(tmp_path / "one"), names) == []
    assert await recent_look(Workspace(tmp_path / "two"), names) == ["b.txt"]
