import pytest

from loom_core.errors import ConflictFound
from loom_core.workspace import Workspace, undo


def state(root) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_everything_goes_back_to_how_it_was_and_forth_again(workspace, root):
    workspace.write("edited", b"one")
    workspace.write("removed", b"kept")
    before = state(root)
    changes = [
        workspace.write("edited", b"two"),
        workspace.write("edited", b"three"),
        workspace.delete("removed"),
        workspace.write("new/made", b"x"),
    ]
    after = state(root)

    planned = undo.plan(changes, workspace)
    assert state(root) == after
    undone = undo.apply(planned, workspace)

    assert state(root) == before
    assert undo.apply(undo.plan(undone, workspace), workspace)
    assert state(root) == after


def test_what_is_already_undone_needs_no_step(workspace):
    changes = [workspace.write("f", b"one"), workspace.delete("f")]

    planned = undo.plan(changes, workspace)

    assert planned == undo.UndoPlan((), ())


def test_permission_bits_go_back(workspace, root):
    workspace.write("f", b"x")
    (root / "f").chmod(0o640)
    before = workspace.snapshot()
    (root / "f").chmod(0o777)

    undo.apply(undo.plan(workspace.changes_since(before), workspace), workspace)

    assert workspace.permissions("f") == 0o640


def test_somebody_elses_change_is_a_conflict_and_nothing_is_done(workspace, root):
    changes = [workspace.write("mine", b"1"), workspace.write("theirs", b"1")]
    (root / "theirs").write_bytes(b"their work")

    planned = undo.plan(changes, workspace)

    assert [conflict.path for conflict in planned.conflicts] == ["theirs"]
    with pytest.raises(ConflictFound, match=r"theirs: somebody else changed it"):
        undo.apply(planned, workspace)
    assert state(root) == {"mine": b"1", "theirs": b"their work"}


def test_a_change_in_between_is_a_conflict_too(workspace, root):
    first = workspace.write("f", b"1")
    (root / "f").write_bytes(b"theirs")
    second = workspace.write("f", b"2")

    assert undo.plan([first, second], workspace).conflicts


def test_force_overwrites_and_can_be_undone(workspace, root):
    change = workspace.write("f", b"1")
    (root / "f").write_bytes(b"theirs")

    done = undo.apply(undo.plan([change], workspace), workspace, force=True)

    assert state(root) == {}
    undo.apply(undo.plan(done, workspace), workspace)
    assert state(root) == {"f": b"theirs"}


def test_what_was_not_kept_cannot_be_forced(root):
    (root / "f").write_bytes(b"old")
    workspace = Workspace(root)
    change = workspace.write("f", b"new")

    planned = undo.plan([change], workspace)

    assert planned.conflicts[0].step is None
    assert undo.apply(planned, workspace, force=True) == []
    assert state(root) == {"f": b"new"}


def test_a_damaged_blob_restores_nothing(workspace, root):
    workspace.write("f", b"old")
    change = workspace.write("f", b"new")
    planned = undo.plan([change], workspace)
    for blob in workspace.blobs.directory.rglob("*"):
        if blob.is_file():
            blob.write_bytes(b"damaged")

    with pytest.raises(ConflictFound, match="damaged"):
        undo.apply(planned, workspace)
    assert state(root) == {"f": b"new"}


def test_a_file_that_became_a_link_is_left_alone(workspace, root):
    change = workspace.write("f", b"1")
    (root / "f").unlink()
    (root / "f").symlink_to("/etc/passwd")

    planned = undo.plan([change], workspace)

    assert planned.conflicts[0].step is None
    assert undo.apply(planned, workspace, force=True) == []


def test_a_change_between_plan_and_apply_is_found(workspace, root):
    planned = undo.plan([workspace.write("f", b"1")], workspace)
    (root / "f").write_bytes(b"theirs")

    with pytest.raises(ConflictFound, match="while it was being undone"):
        undo.apply(planned, workspace)
