import os
import stat

import pytest

from loom_core.errors import ConflictFound, PathRefused
from loom_core.types import ChangeKind, FileChange, FileType
from loom_core.workspace import Workspace, plan_undo, restoring
from loom_core.workspace.path_state import NO_CONTENT, inverse


def state(root) -> dict[str, object]:
    """Every path with what it holds and its permission bits."""
    found: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_symlink():
            found[name] = str(path.readlink())
        else:
            content = path.read_bytes() if path.is_file() else None
            found[name] = (content, path.stat().st_mode)
    return found


def contents(root) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def carry_out(plan, workspace) -> list[FileChange]:
    return [workspace.carry_out(change) for change in plan.changes]


def cut_off(*_):
    raise KeyboardInterrupt


def take_back(changes, workspace) -> None:
    for change in reversed(changes):
        for step in inverse(change):
            workspace.carry_out(step)


def test_everything_goes_back_to_how_it_was_and_forth_again(workspace, root):
    workspace.write("edited", b"one")
    workspace.write("removed", b"kept")
    before = state(root)
    changes = [
        workspace.write("edited", b"two"),
        workspace.write("edited", b"three"),
        workspace.delete("removed"),
        workspace.write("new/deep/made", b"x"),
    ]
    after = state(root)

    planned = plan_undo(changes, workspace)
    assert state(root) == after
    undone = carry_out(planned, workspace)

    assert state(root) == before
    take_back(undone, workspace)
    assert state(root) == after


def test_what_a_command_did_to_links_directories_and_modes_goes_back_and_forth(workspace, root):
    (root / "tree/empty").mkdir(parents=True)
    (root / "tree/f").write_text("f")
    (root / "run").write_text("#!/bin/sh\n")
    (root / "link").symlink_to("tree/f")
    (root / "dangling").symlink_to("nowhere")
    (root / "becomes").write_text("a file")
    os.mkfifo(root / "gone", 0o640)
    before, snapshot = state(root), workspace.snapshot()
    (root / "run").chmod(0o755)
    (root / "link").unlink()
    (root / "link").symlink_to("run")
    (root / "dangling").unlink()
    (root / "tree").rename(root / "moved")
    (root / "moved").chmod(0o711)
    (root / "becomes").unlink()
    (root / "becomes").mkdir()
    (root / "becomes/inner").write_text("x")
    (root / "gone").unlink()
    (root / "meeting").mkdir()
    os.mkfifo(root / "meeting/pipe", 0o600)
    os.mknod(root / "meeting/socket", stat.S_IFSOCK | 0o755)
    after = state(root)

    undone = carry_out(plan_undo(workspace.changes_since(snapshot), workspace), workspace)

    assert state(root) == before
    take_back(undone, workspace)
    assert state(root) == after


@pytest.mark.parametrize(
    "make", [lambda path: path.mkdir(0o700), lambda path: os.mkfifo(path, 0o600)]
)
def test_an_undo_that_is_cut_off_before_a_mode_is_set_goes_on(workspace, root, monkeypatch, make):
    make(root / "gone")
    (root / "gone").chmod(0o710)
    before, snapshot = state(root), workspace.snapshot()
    (root / "gone").rmdir() if (root / "gone").is_dir() else (root / "gone").unlink()
    planned = plan_undo(workspace.changes_since(snapshot), workspace)
    with monkeypatch.context() as patched:
        patched.setattr(restoring, "_change_mode", cut_off)
        patched.setattr(restoring, "_clear", lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            carry_out(planned, workspace)

    carry_out(planned, workspace)

    assert state(root) == before


def test_what_is_already_undone_needs_no_step(workspace):
    changes = [workspace.write("f", b"one"), workspace.delete("f")]

    planned = plan_undo(changes, workspace)

    assert planned.conflicts == ()
    assert planned.changes == []


def test_a_directory_stays_while_something_else_is_in_it(workspace, root):
    first = workspace.write("made/a", b"")
    second = workspace.write("made/b", b"")

    carry_out(plan_undo([first, second], workspace, chosen=[0]), workspace)
    assert list(contents(root)) == ["made/b"]
    carry_out(plan_undo([second], workspace, made={"made"}), workspace)

    assert state(root) == {}


def test_a_directory_that_was_there_before_stays(workspace, root):
    (root / "mine").mkdir()

    carry_out(plan_undo([workspace.write("mine/a", b"")], workspace), workspace)

    assert list(state(root)) == ["mine"]


def test_somebody_elses_change_is_a_conflict(workspace, root):
    changes = [workspace.write("mine", b"1"), workspace.write("theirs", b"1")]
    (root / "theirs").write_bytes(b"their work")

    planned = plan_undo(changes, workspace)

    assert [(c.path, c.reason) for c in planned.conflicts] == [
        ("theirs", "somebody else changed it since")
    ]
    assert planned.is_held_up


def test_other_permission_bits_since_are_a_conflict(workspace, root):
    changes = [workspace.write("f", b"1")]
    (root / "f").chmod(0o400)

    assert plan_undo(changes, workspace).conflicts


def test_a_change_in_between_is_a_conflict_too(workspace, root):
    first = workspace.write("f", b"1")
    (root / "f").write_bytes(b"theirs")
    second = workspace.write("f", b"2")

    assert plan_undo([first, second], workspace).conflicts


def test_what_another_subtask_changed_later_is_a_conflict_for_one_alone(workspace, root):
    changes = [workspace.write("f", b"1"), workspace.write("f", b"2"), workspace.write("g", b"")]

    earlier = plan_undo(changes, workspace, chosen=[0])
    later = plan_undo(changes, workspace, chosen=[1])

    assert [c.reason for c in earlier.conflicts] == ["another subtask changed it since"]
    assert [(s.path, s.covers) for s in later.steps] == [("f", (1,))]
    carry_out(later, workspace)
    assert contents(root) == {"f": b"1", "g": b""}


def test_force_overwrites_and_can_be_taken_back(workspace, root):
    change = workspace.write("made/f", b"1")
    (root / "made/f").write_bytes(b"theirs")

    done = carry_out(plan_undo([change], workspace, force=True), workspace)

    assert state(root) == {}
    take_back(done, workspace)
    assert contents(root) == {"made/f": b"theirs"}


def test_what_was_not_kept_cannot_be_forced(root):
    (root / "f").write_bytes(b"old")
    workspace = Workspace(root)
    change = workspace.write("f", b"new")

    planned = plan_undo([change], workspace, force=True)

    assert planned.conflicts[0].step is None
    assert planned.changes == []


def test_a_damaged_blob_restores_nothing(workspace, root):
    workspace.write("f", b"old")
    planned = plan_undo([workspace.write("f", b"new")], workspace)
    for blob in workspace.blobs:
        path = workspace.blobs.directory / blob.sha256[:2] / blob.sha256
        path.write_bytes(b"damaged")

    with pytest.raises(ConflictFound, match="damaged"):
        carry_out(planned, workspace)
    assert contents(root) == {"f": b"new"}


def test_a_file_that_became_a_link_is_a_conflict_and_what_it_leads_to_is_safe(
    workspace, root, tmp_path
):
    target = tmp_path / "outside"
    target.write_text("precious")
    change = workspace.write("f", b"1")
    (root / "f").unlink()
    (root / "f").symlink_to(target)

    assert plan_undo([change], workspace).is_held_up
    carry_out(plan_undo([change], workspace, force=True), workspace)

    assert state(root) == {}
    assert target.read_text() == "precious"


def test_a_path_behind_a_link_is_left_alone(workspace, root, tmp_path):
    change = workspace.write("d/f", b"1")
    (root / "d").rename(tmp_path / "elsewhere")
    (root / "d").symlink_to(tmp_path / "elsewhere")

    planned = plan_undo([change], workspace, force=True)

    assert [c.step for c in planned.conflicts] == [None]
    assert (tmp_path / "elsewhere/f").exists()


def test_a_pipe_in_its_place_is_only_replaced_by_force(workspace, root):
    workspace.write("f", b"1")
    change = workspace.write("f", b"2")
    (root / "f").unlink()
    os.mkfifo(root / "f")

    assert plan_undo([change], workspace).conflicts[0].path == "f"
    carry_out(plan_undo([change], workspace, force=True), workspace)

    assert (root / "f").read_bytes() == b"1"


def test_a_change_between_plan_and_effect_is_found(workspace, root):
    planned = plan_undo([workspace.write("f", b"1")], workspace)
    (root / "f").write_bytes(b"theirs")

    with pytest.raises(ConflictFound, match="while it was being undone"):
        carry_out(planned, workspace)


@pytest.mark.parametrize(
    "path", [".git/config", ".git/hooks/pre-commit", "sub/.GIT/info/attributes"]
)
def test_gits_settings_and_hooks_are_never_written(workspace, root, path):
    (root / path).parent.mkdir(parents=True)
    (root / path).write_text("now")
    before = workspace.blobs.put(b"[core] fsmonitor = evil")
    change = FileChange(path=path, kind=ChangeKind.DELETED, before=before)

    assert plan_undo([change], workspace, force=True).changes == []
    (back,) = inverse(change)
    with pytest.raises(PathRefused):
        workspace.carry_out(back)
    assert (root / path).read_text() == "now"


def test_what_is_done_already_is_not_done_again(workspace, root):
    change = FileChange(
        path="d",
        kind=ChangeKind.CREATED,
        type=FileType.DIRECTORY,
        after=NO_CONTENT,
        mode_after=0o700,
    )

    assert workspace.carry_out(change) == workspace.carry_out(change) == change
    assert (root / "d").stat().st_mode & 0o777 == 0o700
