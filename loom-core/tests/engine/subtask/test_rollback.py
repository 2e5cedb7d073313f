"""Taking a failed attempt's changes back."""

from types import SimpleNamespace

import pytest

from loom_core.engine.subtask.rollback import roll_back
from loom_core.types import ChangeKind
from loom_core.workspace import BlobStore, Workspace


class Changes:
    """A store that knows only what others changed."""

    def __init__(self, *others):
        self._others = others

    async def changes(self, task_id):
        return [
            SimpleNamespace(subtask_id="other", change=SimpleNamespace(path=path))
            for path in self._others
        ]


@pytest.fixture
def workspace(tmp_path):
    root = tmp_path / "workspace"
    root.mkdir()
    return Workspace(root, blobs=BlobStore(tmp_path / "blobs"))


def scope(workspace, *others):
    return SimpleNamespace(
        workspace=workspace, store=Changes(*others), task=SimpleNamespace(id="t")
    )


async def test_created_changed_and_deleted_files_are_as_before(workspace):
    workspace.write("kept.txt", b"old")
    workspace.write("gone.txt", b"precious")
    changes = [
        workspace.write("new.txt", b"1"),
        workspace.write("new.txt", b"2"),
        workspace.write("kept.txt", b"changed"),
        workspace.delete("gone.txt"),
    ]

    back = await roll_back(scope(workspace), "mine", changes)

    assert not workspace.exists("new.txt")
    assert workspace.read("kept.txt") == b"old"
    assert workspace.read("gone.txt") == b"precious"
    assert {(change.path, change.kind) for change in back.changes} == {
        ("new.txt", ChangeKind.DELETED),
        ("kept.txt", ChangeKind.MODIFIED),
        ("gone.txt", ChangeKind.CREATED),
    }
    assert back.kept == ()


async def test_again_after_a_crash_it_changes_nothing_and_says_the_same(workspace):
    changes = [workspace.write("new.txt", b"1")]
    first = await roll_back(scope(workspace), "mine", changes)

    assert await roll_back(scope(workspace), "mine", changes) == first
    assert not workspace.exists("new.txt")


async def test_what_somebody_else_changed_since_stays(workspace):
    changes = [workspace.write("a.txt", b"mine")]
    (workspace.root / "a.txt").write_bytes(b"theirs")

    back = await roll_back(scope(workspace), "mine", changes)

    assert workspace.read("a.txt") == b"theirs"
    assert (back.changes, back.kept) == ((), ("a.txt",))


async def test_what_another_subtask_changed_too_stays(workspace):
    changes = [workspace.write("shared.txt", b"x"), workspace.write("own.txt", b"y")]

    back = await roll_back(scope(workspace, "shared.txt"), "mine", changes)

    assert workspace.exists("shared.txt")
    assert not workspace.exists("own.txt")
    assert back.kept == ("shared.txt",)
