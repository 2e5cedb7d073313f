"""What modes of files and directories keep an ordinary user from, which root never meets."""

import os
import shutil
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest

from loom_core.engine.changes.undoing import TaskUndo
from loom_core.events import ChangesUndone, UndoStarted
from loom_core.types import ChangeKind
from loom_core.workspace import BlobStore, Workspace, plan_undo


@pytest.fixture
def root(place):
    root = place / "work"
    root.mkdir()
    return root


@pytest.fixture
def workspace(root, place):
    return Workspace(root, blobs=BlobStore(place / "blobs"))


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def names(directory):
    return sorted(path.name for path in directory.iterdir())


def undone(changes, workspace):
    """What an undo did, which must have nothing in its way."""
    plan = plan_undo(changes, workspace)
    assert not plan.conflicts
    return [workspace.carry_out(change) for change in plan.changes]


def after_command(workspace, act):
    before = workspace.snapshot()
    act()
    return workspace.changes_since(before)


def remove(directory):
    for path, names, _ in os.walk(directory):
        Path(path).chmod(0o700)
        for name in names:
            (Path(path) / name).chmod(0o700)
    shutil.rmtree(directory)


def test_a_read_only_directory_comes_back_with_its_files(workspace, root):
    (root / "d/e").mkdir(parents=True)
    (root / "d/f").write_text("1")
    (root / "d/e/g").write_text("2")
    (root / "d/e").chmod(0o555)
    (root / "d").chmod(0o555)
    changes = after_command(workspace, lambda: remove(root / "d"))

    back = undone(changes, workspace)

    assert ((root / "d/f").read_text(), (root / "d/e/g").read_text()) == ("1", "2")
    assert (mode(root / "d"), mode(root / "d/e")) == (0o555, 0o555)
    undone(back, workspace)
    assert not (root / "d").exists()


def test_what_was_made_in_a_read_only_directory_goes_away(workspace, root):
    (root / "old").mkdir()
    (root / "old").chmod(0o555)

    def make():
        (root / "new").mkdir()
        (root / "new/f").write_text("1")
        (root / "new").chmod(0o555)
        (root / "old").chmod(0o755)
        (root / "old/f").write_text("1")
        (root / "old").chmod(0o555)

    changes = after_command(workspace, make)

    back = undone(changes, workspace)

    assert names(root) == ["old"]
    assert names(root / "old") == []
    assert mode(root / "old") == 0o555
    undone(back, workspace)
    assert (mode(root / "new"), (root / "old/f").read_text()) == (0o555, "1")


def test_a_directory_that_became_read_only_gets_its_mode_back(workspace, root):
    (root / "d").mkdir()
    (root / "d/f").write_text("1")

    def change():
        (root / "d/f").write_text("other")
        (root / "d").chmod(0o555)

    changes = after_command(workspace, change)

    undone(changes, workspace)

    assert ((root / "d/f").read_text(), mode(root / "d")) == ("1", 0o755)


def test_a_directory_without_permissions_hides_what_is_in_it_and_deletes_nothing(workspace, root):
    (root / "d").mkdir()
    (root / "d/f").write_text("1")

    changes = after_command(workspace, lambda: (root / "d").chmod(0))

    assert [(change.path, change.kind) for change in changes] == [("d", ChangeKind.MODIFIED)]
    assert after_command(workspace, lambda: (root / "d").chmod(0o755))[0].path == "d"
    (root / "d").chmod(0)
    undone(changes, workspace)
    assert (mode(root / "d"), (root / "d/f").read_text()) == (0o755, "1")


def test_what_is_unknown_below_a_directory_is_not_new_when_it_is_seen_again(workspace, root):
    (root / "d").mkdir()
    (root / "d/f").write_text("1")
    workspace.snapshot()
    (root / "d").chmod(0)

    changes = after_command(workspace, lambda: (root / "d").chmod(0o755))

    assert [change.path for change in changes] == ["d"]


def test_a_file_without_permissions_gets_its_mode_back(workspace, root):
    (root / "f").write_text("1")

    changes = after_command(workspace, lambda: (root / "f").chmod(0))

    assert [(change.path, change.kind) for change in changes] == [("f", ChangeKind.MODIFIED)]
    back = undone(changes, workspace)
    assert (mode(root / "f"), (root / "f").read_text()) == (0o644, "1")
    undone(back, workspace)
    assert mode(root / "f") == 0


def test_a_path_without_permissions_does_not_hold_up_the_undo(workspace, root):
    (root / "d").mkdir()
    changes = [workspace.write("d/f", b"1"), workspace.write("g", b"1")]
    changes += after_command(workspace, lambda: (root / "g").chmod(0))
    changes += after_command(workspace, lambda: (root / "d").chmod(0))

    undone(changes, workspace)

    assert names(root) == ["d"]
    assert (names(root / "d"), mode(root / "d")) == ([], 0o755)


def test_what_somebody_closed_since_is_opened_for_the_undo_and_closed_again(workspace, root):
    (root / "d").mkdir()
    changes = [workspace.write("d/f", b"1")]
    (root / "d").chmod(0)

    undone(changes, workspace)

    assert mode(root / "d") == 0
    (root / "d").chmod(0o755)
    assert names(root / "d") == []


class Journal:
    """A store that holds the changes of one task and keeps what is appended."""

    def __init__(self, changes):
        self._records = [
            SimpleNamespace(
                sequence=1, position=position, subtask_id="a", undone_by=None, change=change
            )
            for position, change in enumerate(changes)
        ]
        self.bodies = []

    async def changes(self, task_id, *, with_undone=False):
        return self._records

    async def events(self, task_id):
        return [SimpleNamespace(sequence=2, body=body) for body in self.bodies]

    async def append_unclaimed(self, task_id, entries, *, is_alive):
        self.bodies += [entry.body for entry in entries]


@pytest.fixture
def closed(workspace, root):
    """The changes of a command in a directory that is read-only before and after."""
    (root / "d").mkdir()
    (root / "d/f").write_text("1")
    (root / "d").chmod(0o555)

    def change():
        (root / "d").chmod(0o755)
        (root / "d/f").write_text("2")
        (root / "d/new").write_text("3")
        (root / "d").chmod(0o555)

    return after_command(workspace, change)


async def test_a_journalled_undo_leaves_nothing_for_its_modes(closed, workspace, root):
    journal = Journal(closed)
    undo = TaskUndo(journal, "t", workspace)

    result = await undo.carry_out(await undo.plan())

    assert result.left == ()
    assert (names(root / "d"), (root / "d/f").read_text()) == (["f"], "1")
    assert mode(root / "d") == 0o555


@pytest.mark.parametrize("done", range(5))
async def test_an_undo_that_was_killed_between_modes_is_finished(closed, workspace, root, done):
    journal = Journal(closed)
    undo = TaskUndo(journal, "t", workspace)
    planned = await undo.plan()
    changes = tuple(planned.plan.changes)
    assert len(changes) == 4
    journal.bodies.append(UndoStarted(changes=changes, taken_back=planned.taken_back))
    for change in changes[:done]:
        workspace.carry_out(change)

    result = await undo.finish_interrupted()

    assert isinstance(result, ChangesUndone)
    assert result.left == ()
    assert (names(root / "d"), (root / "d/f").read_text()) == (["f"], "1")
    assert mode(root / "d") == 0o555
