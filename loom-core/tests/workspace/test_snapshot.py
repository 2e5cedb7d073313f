import os
import time
from dataclasses import replace

import pytest

from loom_core.types import ChangeKind
from loom_core.workspace import Workspace, snapshot

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
    exact = snapshot._scan

    def coarse(descriptor: int):
        # As kernels with a slow clock: both changes fall into one tick.
        states, is_complete = exact(descriptor)
        tick = {
            path: replace(state, mtime_ns=TICK, ctime_ns=TICK) for path, state in states.items()
        }
        return tick, is_complete

    monkeypatch.setattr(snapshot, "_scan", coarse)
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


def test_a_large_file_is_noticed_but_not_kept(workspace, root):
    (root / "big").write_bytes(b"x" * (snapshot.MAX_KEPT_FILE_BYTES + 1))
    before = workspace.snapshot()
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
    monkeypatch.setattr(snapshot, "MAX_FILES", 3)
    for number in range(5):
        (root / str(number)).write_text("x")

    before = workspace.snapshot()

    assert not before.is_complete
    assert workspace.changes_since(before) == []


def test_git_links_and_undecodable_names_do_no_harm(workspace, root):
    (root / ".git").mkdir()
    before = workspace.snapshot()
    (root / ".git/x").write_text("x")
    (root / "link").symlink_to("/etc/passwd")
    os.mkfifo(root / "pipe")
    (root / os.fsdecode(b"bad\xff")).write_text("x")

    (change,) = workspace.changes_since(before)

    change.model_dump_json()
    assert change.path.startswith("bad")


def test_a_file_that_becomes_a_link_counts_as_deleted(workspace, root):
    workspace.write("f", b"old")
    before = workspace.snapshot()
    (root / "f").unlink()
    (root / "f").symlink_to("/etc/passwd")

    (change,) = workspace.changes_since(before)

    assert change.kind is ChangeKind.DELETED
    assert change.is_recoverable


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
        workspace._snapshots, "_read", lambda path, _size: reads.append(path) or b"x"
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
