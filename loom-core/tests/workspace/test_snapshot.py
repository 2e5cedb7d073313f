import os
import time
from dataclasses import replace

import pytest

from loom_core.types import ChangeKind
from loom_core.workspace import Workspace, scanning, snapshot
from loom_core.workspace.durable import temporary_name

TICK = 10**18


def changed(workspace, before) -> dict[str, str]:
    return {change.path: change.kind.value for change in workspace.changes_since(before)}


def test_what_others_do_is_noticed(workspace, root):
    for name in ("same", "edited", "gone", "sub/touched"):
        workspace.write(name, b"old")
    before = workspace.snapshot()

    (root / "edited").write_bytes(b"new")
    (root / "gone").unlink()
    (root / "made").write_bytes(b"x")
    os.utime(root / "sub/touched")

    assert changed(workspace, before) == {
        "edited": "modified",
        "gone": "deleted",
        "made": "created",
    }


def test_the_content_before_is_kept(workspace, root):
    workspace.write("f", b"old")
    before = workspace.snapshot()
    (root / "f").write_bytes(b"new")

    (change,) = workspace.changes_since(before)

    assert workspace.blobs.get(change.before) == b"old"
    assert change.after == workspace.sha256("f")
    assert change.is_recoverable


def test_a_change_of_the_same_size_within_a_clock_tick_is_noticed(workspace, root):
    for number in range(50):
        (root / "f").write_bytes(b"a%03d" % number)
        before = workspace.snapshot()
        (root / "f").write_bytes(b"b%03d" % number)

        assert changed(workspace, before) == {"f": "modified"}


def test_a_change_that_the_clock_does_not_show_is_noticed(workspace, root, monkeypatch):
    exact = scanning.scan

    def coarse(descriptor: int):
        # As kernels with a slow clock: both changes fall into one tick.
        found = exact(descriptor)
        tick = {
            path: replace(state, mtime_ns=TICK, ctime_ns=TICK)
            for path, state in found.paths.items()
        }
        return replace(found, paths=tick)

    monkeypatch.setattr(scanning, "scan", coarse)
    monkeypatch.setattr(time, "time_ns", lambda: TICK + 5_000_000)
    (root / "f").write_bytes(b"old")
    before = workspace.snapshot()
    (root / "f").write_bytes(b"new")

    assert changed(workspace, before) == {"f": "modified"}


def test_a_changed_mode_is_a_change(workspace, root):
    workspace.write("f", b"x")
    (root / "f").chmod(0o644)
    before = workspace.snapshot()
    (root / "f").chmod(0o755)

    (change,) = workspace.changes_since(before)

    assert (change.kind, change.mode, change.before) == (ChangeKind.MODIFIED, 0o644, change.after)


def test_a_large_file_is_noticed_but_not_kept(workspace, root, monkeypatch):
    monkeypatch.setattr(snapshot, "MAX_KEPT_FILE_BYTES", 1000)
    (root / "big").write_bytes(b"x" * (snapshot.MAX_KEPT_FILE_BYTES + 1))
    before = workspace.snapshot()
    assert before.unkept == ["big"]
    (root / "big").write_bytes(b"y")

    (change,) = workspace.changes_since(before)

    assert not change.is_recoverable
    assert change.before == ""


def test_contents_are_kept_up_to_a_total(workspace, root, monkeypatch):
    monkeypatch.setattr(snapshot, "MAX_KEPT_BYTES", 15)
    (root / "one").write_bytes(b"1" * 10)
    (root / "two").write_bytes(b"2" * 10)
    before = workspace.snapshot()
    (root / "one").write_bytes(b"")
    (root / "two").write_bytes(b"")

    recoverable = [change.is_recoverable for change in workspace.changes_since(before)]

    assert sorted(recoverable) == [False, True]


def test_more_files_than_the_limit_are_said_and_not_taken_for_new(workspace, root, monkeypatch):
    monkeypatch.setattr(scanning, "MAX_PATHS", 3)
    for number in range(5):
        (root / str(number)).write_text("x")

    before = workspace.snapshot()

    assert not before.is_complete
    assert workspace.changes_since(before) == []


def test_undecodable_names_do_no_harm(workspace, root):
    before = workspace.snapshot()
    (root / os.fsdecode(b"bad\xff")).write_text("x")

    (change,) = workspace.changes_since(before)

    change.model_dump_json()
    assert change.path.startswith("bad")
    assert not change.is_recoverable


def test_links_and_directories_are_noticed(workspace, root):
    (root / "old").mkdir()
    (root / "turned").symlink_to("a")
    before = workspace.snapshot()
    (root / "old").rmdir()
    (root / "new/deep").mkdir(parents=True)
    (root / "link").symlink_to("/etc/passwd")
    (root / "turned").unlink()
    (root / "turned").symlink_to("b")

    found = {(c.path, c.type.value, c.kind.value) for c in workspace.changes_since(before)}

    assert found == {
        ("old", "directory", "deleted"),
        ("new", "directory", "created"),
        ("new/deep", "directory", "created"),
        ("link", "symlink", "created"),
        ("turned", "symlink", "modified"),
    }


def test_of_git_only_what_tells_where_it_stands_is_noticed(workspace, root):
    for name in (".git/objects/ab", ".git/hooks", ".git/refs/heads", "sub/.git/hooks"):
        (root / name).mkdir(parents=True)
    before = workspace.snapshot()
    for name in (
        ".git/HEAD",
        ".git/config",
        ".git/hooks/pre-commit",
        ".git/objects/ab/cd",
        ".git/refs/heads/main",
        "sub/.git/HEAD",
        "sub/.git/hooks/x",
    ):
        (root / name).write_text("x")

    assert changed(workspace, before) == {
        ".git/HEAD": "created",
        ".git/refs/heads/main": "created",
        "sub/.git/HEAD": "created",
    }


def test_a_file_that_becomes_a_link_is_two_changes(workspace, root):
    workspace.write("f", b"old")
    before = workspace.snapshot()
    (root / "f").unlink()
    (root / "f").symlink_to("/etc/passwd")

    gone, made = workspace.changes_since(before)

    assert (gone.kind, gone.type.value) == (ChangeKind.DELETED, "file")
    assert (made.kind, made.type.value) == (ChangeKind.CREATED, "symlink")
    assert gone.is_recoverable


def test_a_kept_snapshot_tells_another_process_what_changed(workspace, root):
    for name in ("same", "edited"):
        workspace.write(name, b"old")
    (root / "link").symlink_to("same")
    key = ("task", "subtask", 1, 2)
    workspace.keep(workspace.snapshot(), key)
    (root / "edited").write_bytes(b"new")

    later = Workspace(root, blobs=workspace.blobs)
    found = later.kept(key)

    assert changed(later, found) == {"edited": "modified"}
    later.forget(key)
    assert later.kept(key) is None
    assert later.kept(("task", "subtask", 1, 3)) is None


def test_what_ends_up_after_a_change_of_ours_begins_where_that_left_it(workspace, root):
    workspace.write("both", b"old")
    before = workspace.snapshot()
    ours = workspace.write("both", b"ours")
    (root / "both").write_bytes(b"theirs")

    (change,) = workspace.changes_since(before)

    assert change.before == ours.after
    assert not change.is_recoverable


def test_without_blobs_changes_are_noticed_all_the_same(root):
    (root / "f").write_bytes(b"old")
    workspace = Workspace(root)
    before = workspace.snapshot()
    (root / "f").write_bytes(b"newer")

    (change,) = workspace.changes_since(before)

    assert not change.is_recoverable


@pytest.mark.parametrize("again", [1, 2])
def test_unchanged_files_are_not_read_twice(workspace, root, monkeypatch, again):
    monkeypatch.setattr(snapshot, "_RACY_NS", 0)
    workspace.write("f", b"x")
    workspace.snapshot()
    reads: list[str] = []
    monkeypatch.setattr(
        workspace._snapshots, "_read", lambda path, _facts: reads.append(path) or b"x"
    )

    for _ in range(again):
        workspace.snapshot()

    assert reads == []


def test_what_is_changed_through_the_workspace_is_not_somebody_elses(workspace, root):
    for name in ("gone", "both"):
        workspace.write(name, b"old")
    before = workspace.snapshot()

    workspace.write("made", b"x")
    workspace.delete("gone")
    workspace.write("both", b"ours")
    (root / "both").write_bytes(b"theirs")
    (root / "other").write_bytes(b"theirs")

    assert changed(workspace, before) == {"both": "modified", "other": "created"}


def test_what_was_changed_through_the_workspace_earlier_counts(workspace, root):
    workspace.write("f", b"one")
    workspace.write("f", b"two")
    before = workspace.snapshot()

    (root / "f").write_bytes(b"one")

    assert changed(workspace, before) == {"f": "modified"}


def test_a_write_that_never_came_to_its_place_is_no_change_and_is_taken_away(workspace, root):
    before = workspace.snapshot()
    (root / "sub").mkdir()
    left = root / "sub" / temporary_name("f")
    left.write_bytes(b"half")
    (root / ".loom-mine.tmp").write_text("no temporary of ours")

    assert changed(workspace, before) == {"sub": "created", ".loom-mine.tmp": "created"}
    workspace.remove_temporaries()

    assert not left.exists()
    assert (root / ".loom-mine.tmp").exists()
