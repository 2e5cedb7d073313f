"""Protected paths that go away while somebody looks at them: stand-ins of commands, locks of git."""

import os
import threading

import pytest

from loom_core.workspace import PROTECTED_NAMES, Workspace, guarding, scanning
from loom_core.workspace.guarded_paths import all_guarded_paths, guarded_paths
from loom_core.workspace.guarding import NOTHING_PLANTED, Guard
from loom_core.workspace.placeholders import placeholders, remove_stale_placeholders
from loom_core.workspace.quarantine import Quarantine
from loom_core.workspace.repositories import control_files


@pytest.fixture
def quarantine(tmp_path):
    return Quarantine(tmp_path / "quarantine")


def vanishing(find, path):
    """A search after which a path goes away at once."""

    def found(root):
        paths = find(root)
        path.unlink(missing_ok=True)
        return paths

    return found


def test_a_path_that_goes_before_it_is_remembered_is_none(root, quarantine, monkeypatch):
    (root / ".envrc").write_text("mine")
    monkeypatch.setattr(guarding, "guarded_paths", vanishing(guarded_paths, root / ".envrc"))

    guard = Guard(root, quarantine)

    assert guard.paths == []
    assert guard.settle() == NOTHING_PLANTED


def test_a_path_that_goes_while_new_ones_are_looked_for_is_none(root, quarantine, monkeypatch):
    guard = Guard(root, quarantine)
    (root / ".envrc").write_text("planted")
    monkeypatch.setattr(
        guarding, "all_guarded_paths", vanishing(all_guarded_paths, root / ".envrc")
    )

    assert guard.settle() == NOTHING_PLANTED


def test_a_known_path_that_goes_while_it_is_looked_at_comes_back(root, quarantine, monkeypatch):
    (root / ".envrc").write_text("mine")
    guard = Guard(root, quarantine)
    monkeypatch.setattr(
        guarding, "all_guarded_paths", vanishing(all_guarded_paths, root / ".envrc")
    )

    assert guard.settle().paths == (".envrc",)
    assert (root / ".envrc").read_text() == "mine"


def test_a_lock_of_git_that_goes_meanwhile_is_left_out(root, monkeypatch):
    (root / ".git").mkdir()
    (root / ".git/config").write_text("[core]\n")
    lock = root / ".git/config.lock"
    lock.write_text("")
    state_of = control_files.__globals__["state_of"]

    def state(path):
        lock.unlink(missing_ok=True)
        return state_of(path)

    monkeypatch.setitem(control_files.__globals__, "state_of", state)

    assert control_files(root / ".git").keys() == {"config"}


def test_a_stand_in_that_is_being_made_is_nothing_planted(root, quarantine, monkeypatch):
    mark, settled = os.utime, []

    def marking(path, **times):
        settled.append(guard.settle())
        mark(path, **times)

    guard = Guard(root, quarantine)
    monkeypatch.setattr(os, "utime", marking)

    with placeholders(root):
        pass

    assert set(settled) == {NOTHING_PLANTED}


def test_a_stand_in_that_is_cleared_away_before_it_has_its_name_is_made_anew(root, monkeypatch):
    mark, cleared = os.utime, []

    def marking(path, **times):
        mark(path, **times)
        if not cleared:
            cleared.append(remove_stale_placeholders(root))

    monkeypatch.setattr(os, "utime", marking)

    with placeholders(root):
        assert sorted(path.name for path in root.iterdir()) == sorted(PROTECTED_NAMES)


def test_a_directory_that_is_a_link_by_now_is_not_followed(root, tmp_path, monkeypatch):
    workspace, opening = Workspace(root), scanning.open_for_reading
    (root / "sub").mkdir()

    def open_changed(descriptor, relative):
        if relative == "sub":
            (root / "sub").rmdir()
            (root / "sub").symlink_to(tmp_path)
        return opening(descriptor, relative)

    monkeypatch.setattr(scanning, "open_for_reading", open_changed)

    assert workspace.snapshot().paths.keys() == {"sub"}


def test_an_archive_that_another_process_deletes_is_passed_over(tmp_path, quarantine):
    (tmp_path / "quarantine").mkdir()
    (tmp_path / "quarantine/gone.tar.gz").symlink_to("nowhere")

    assert quarantine.clean(oldest=0, max_bytes=0) == 0


def test_stand_ins_of_other_commands_come_and_go(root, quarantine):
    is_over = threading.Event()

    def commands():
        while not is_over.is_set():
            with placeholders(root):
                pass

    other = threading.Thread(target=commands)
    other.start()
    try:
        settled = {Guard(root, quarantine).settle() for _ in range(100)}
    finally:
        is_over.set()
        other.join()

    assert settled == {NOTHING_PLANTED}
