import os
import subprocess
import tarfile

import pytest

from loom_core.errors import SandboxUnavailable
from loom_core.workspace import guarded_paths as guarded_paths_module
from loom_core.workspace.guarded_paths import guarded_paths
from loom_core.workspace.guarding import NOTHING_PLANTED, Guard
from loom_core.workspace.quarantine import Quarantine


@pytest.fixture
def quarantine(tmp_path):
    return Quarantine(tmp_path / "quarantine")


def git(directory, *arguments):
    subprocess.run(["git", *arguments], cwd=directory, check=True, capture_output=True)


def test_protected_paths_are_found_at_any_depth_and_under_other_names(root):
    git(root, "init", "-q", "a/b")
    git(root, "init", "-q", "--bare", "store")
    (root / "a/.envrc").write_text("")
    (root / ".vscode").mkdir()
    (root / "a/.vscode").mkdir()

    found = {path.relative_to(root).as_posix() for path in guarded_paths(root)}

    assert found == {"a/b/.git", "store", "a/.envrc", ".vscode"}


def test_what_is_new_goes_into_the_archive_and_nothing_else(root, quarantine, tmp_path):
    (root / "src").mkdir()
    guard = Guard(root, quarantine)
    (root / "src/mine").write_text("mine")
    (root / "src/.envrc").write_text("evil")
    (root / ".vscode").mkdir()
    (root / ".vscode/tasks.json").write_text("evil")

    planted = guard.settle()

    assert planted.paths == (".vscode", "src/.envrc")
    assert sorted(path.name for path in root.rglob("*")) == ["mine", "src"]
    with tarfile.open(planted.archive) as archive:
        assert set(archive.getnames()) == {".vscode", ".vscode/tasks.json", "src/.envrc"}
    assert planted.archive.stat().st_mode & 0o777 == 0o600


def test_a_directory_that_borrows_the_settings_of_another_goes_too(root, quarantine):
    guard = Guard(root, quarantine)
    for name in ("lent/objects", "lent/refs", "borrows"):
        (root / name).mkdir(parents=True)
    (root / "lent/config").write_text("[core]\nbare = true\n[alias]\nevil = !touch hit\n")
    (root / "borrows/HEAD").write_text("ref: refs/heads/main\n")
    (root / "borrows/commondir").write_text("../lent\n")
    subprocess.run(["git", "evil"], cwd=root / "borrows", check=True)

    planted = guard.settle()

    assert list(root.glob("*/hit"))  # git obeyed it
    assert planted.paths == ("borrows/HEAD",)


def test_a_plain_new_repository_stays_and_one_that_runs_something_goes(root, quarantine):
    guard = Guard(root, quarantine)
    for name in ("plain", "evil", "hooked"):
        git(root, "init", "-q", name)
    git(root / "evil", "config", "core.fsmonitor", "touch x")
    hook = root / "hooked/.git/hooks/pre-commit"
    hook.write_text("#!/bin/sh")

    assert guard.settle().paths == ("evil/.git", "hooked/.git")
    assert (root / "plain/.git/HEAD").exists()


@pytest.mark.parametrize(
    "line",
    [
        "[alias]",
        "[core] fsmonitor = x",
        "fsmonitor = x",
        "[include]",
        "path = ../x",
        "filemode = true \\",
        '[filter "x"]',
        '[remote "x"] uploadpack = y',
        "url = ext::sh -c x",
        "url = --upload-pack=x",
        "sshcommand = x",
        "worktree = ..",
    ],
)
def test_only_settings_that_git_writes_itself_are_plain(root, quarantine, line):
    guard = Guard(root, quarantine)
    git(root, "init", "-q", "made")
    with (root / "made/.git/config").open("a") as file:
        file.write(f"{line}\n")

    assert guard.settle().paths == ("made/.git",)


def test_a_change_of_what_was_there_is_put_back(root, quarantine):
    git(root, "init", "-q", ".")
    (root / ".envrc").write_text("mine")
    (root / ".envrc").chmod(0o640)
    config = (root / ".git/config").read_bytes()
    guard = Guard(root, quarantine)
    (root / ".envrc").write_text("evil")
    (root / ".envrc").chmod(0o777)
    (root / ".git/config").write_text("[core]\nfsmonitor = x\n")
    (root / ".git/hooks/post-checkout").symlink_to("/bin/sh")
    (root / ".git/commondir").write_text("../x")
    (root / ".git/HEAD").write_text("ref: refs/heads/other\n")

    planted = guard.settle()

    assert set(planted.paths) == {
        ".envrc",
        ".git/config",
        ".git/hooks/post-checkout",
        ".git/commondir",
    }
    assert (root / ".envrc").read_text() == "mine"
    assert (root / ".envrc").stat().st_mode & 0o777 == 0o640
    assert (root / ".git/config").read_bytes() == config
    assert not os.path.lexists(root / ".git/hooks/post-checkout")
    assert (root / ".git/HEAD").read_text() == "ref: refs/heads/other\n"


def test_what_is_closed_changes_by_the_user_only_and_stays(root, quarantine):
    for name in (".", "sub"):
        git(root, "init", "-q", name)
    for name in (".git/old", ".envrc"):
        (root / name).write_text("mine")
    guard = Guard(root, quarantine, is_closed=True)
    git(root, "config", "user.name", "somebody")
    for name in (".git/rebase-merge", "sub/.git/lfs"):
        (root / name).mkdir()
        (root / name / "file").write_text("of the user's own git at this moment")
    for name in (".git/old", ".envrc"):
        (root / name).unlink()

    assert guard.settle() == NOTHING_PLANTED
    assert not (root / ".envrc").exists()


def test_what_git_itself_may_fill_is_searched_for_what_is_new(root, quarantine):
    for name in (".", "sub"):
        git(root, "init", "-q", name)
    guard = Guard(root, quarantine, is_closed=True, may_write_git=True)
    git(root, "config", "user.name", "somebody")
    for name in (".git/commondir", "sub/.git/commondir"):
        (root / name).write_text("../x")

    assert guard.settle().paths == (".git/commondir",)
    assert "somebody" in (root / ".git/config").read_text()


def test_a_file_put_in_the_place_of_another_is_taken_out_and_the_old_one_comes_back(
    root, quarantine
):
    (root / ".envrc").write_text("mine")
    guard = Guard(root, quarantine)
    (root / "evil").write_text("evil")
    (root / "evil").rename(root / ".envrc")

    assert guard.settle().paths == (".envrc",)
    assert (root / ".envrc").read_text() == "mine"


def test_a_workspace_made_into_a_repository_keeps_its_files(root, quarantine):
    (root / "mine").write_text("mine")
    guard = Guard(root, quarantine)
    (root / "HEAD").write_text("ref: refs/heads/main")
    (root / "config").write_text("[core]\nfsmonitor = x")
    for name in ("objects", "refs"):
        (root / name).mkdir()

    assert guard.settle().paths == ("HEAD",)
    assert (root / "mine").exists()


def test_moving_a_repository_plants_nothing(root, quarantine):
    git(root, "init", "-q", "old")
    git(root / "old", "config", "alias.x", "!true")
    guard = Guard(root, quarantine)
    (root / "old").rename(root / "new")

    assert guard.settle().paths == ()
    assert (root / "new/.git/config").exists()


def test_what_cannot_be_kept_is_removed_all_the_same(root, tmp_path):
    (tmp_path / "quarantine").write_text("in the way")
    guard = Guard(root, Quarantine(tmp_path / "quarantine"))
    (root / ".envrc").write_text("evil")

    planted = guard.settle()

    assert (planted.paths, planted.archive) == ((".envrc",), None)
    assert list(root.iterdir()) == []


def test_the_mark_of_a_stand_in_hides_nothing_that_was_planted(root, quarantine, stand_in_ns):
    guard = Guard(root, quarantine)
    for name in (".", "sub"):
        git(root, "init", "-q", name)
        (root / name / ".git/hooks/pre-commit").write_text("#!/bin/sh")
        os.utime(root / name / ".git", ns=(stand_in_ns, stand_in_ns))

    assert guard.settle().paths == (".git", "sub/.git")
    assert not (root / ".git").exists()
    assert not (root / "sub/.git").exists()


def test_what_was_there_stays_known_when_it_is_made_to_look_like_a_stand_in(
    root, quarantine, stand_in_ns
):
    (root / ".envrc").write_text("mine")
    guard = Guard(root, quarantine)
    (root / ".envrc").write_text("")
    os.utime(root / ".envrc", ns=(stand_in_ns, stand_in_ns))

    assert guard.settle().paths == (".envrc",)
    assert (root / ".envrc").read_text() == "mine"


def test_a_second_name_of_a_protected_file_is_the_one_that_goes(root, quarantine):
    (root / ".envrc").write_text("mine")
    guard = Guard(root, quarantine)
    (root / "#d").mkdir()
    (root / "#d/.envrc").hardlink_to(root / ".envrc")

    assert guard.settle().paths == ("#d/.envrc",)
    assert (root / ".envrc").read_text() == "mine"


def contents_of(archive):
    with tarfile.open(archive) as packed:
        return {
            member.name: packed.extractfile(member).read() for member in packed if member.isreg()
        }


def test_a_workspace_with_too_many_files_is_not_guarded(root, quarantine, monkeypatch):
    monkeypatch.setattr(guarded_paths_module, "MAX_ENTRIES", 5)
    for number in range(6):
        (root / f"f{number}").touch()

    with pytest.raises(SandboxUnavailable, match="more than 5 files"):
        Guard(root, quarantine)


def test_making_many_files_hides_nothing(root, quarantine, monkeypatch):
    monkeypatch.setattr(guarded_paths_module, "MAX_ENTRIES", 5)
    guard = Guard(root, quarantine)
    for number in range(20):
        (root / f"f{number}").mkdir()
    git(root, "init", "-q", "z/deep")
    (root / "z/deep/.git/hooks/pre-commit").write_text("#!/bin/sh")

    assert guard.settle().paths == ("z/deep/.git",)


def test_what_a_changed_file_held_is_kept_packed(root, quarantine):
    git(root, "init", "-q", ".")
    (root / ".envrc").write_text("mine")
    guard = Guard(root, quarantine)
    (root / ".envrc").write_text("my own edit")
    (root / ".git/config").write_text("[core]\nfsmonitor = x\n")

    planted = guard.settle()

    assert contents_of(planted.archive) == {
        ".envrc": b"my own edit",
        ".git/config": b"[core]\nfsmonitor = x\n",
    }
    assert (root / ".envrc").read_text() == "mine"


def test_what_is_new_beside_closed_files_is_kept_packed(root, quarantine):
    git(root, "init", "-q", ".")
    guard = Guard(root, quarantine, is_closed=True, may_write_git=True)
    (root / ".git/commondir").write_text("../x")

    assert contents_of(guard.settle().archive) == {".git/commondir": b"../x"}


def test_a_directory_in_the_place_of_a_file_goes_and_the_file_comes_back(root, quarantine):
    (root / ".envrc").write_text("mine")
    guard = Guard(root, quarantine)
    (root / ".envrc").unlink()
    (root / ".envrc").mkdir()

    assert guard.settle().paths == (".envrc",)
    assert (root / ".envrc").read_text() == "mine"


def test_a_pipe_of_a_protected_name_is_not_waited_for(root, quarantine):
    os.mkfifo(root / ".envrc")
    (root / "sub").mkdir()
    guard = Guard(root, quarantine)
    os.mkfifo(root / "sub/.envrc")

    planted = guard.settle()

    assert (planted.paths, planted.not_kept) == (("sub/.envrc",), ("sub/.envrc",))
    assert os.path.lexists(root / ".envrc")


def test_what_is_too_large_is_taken_out_without_being_read(root, quarantine):
    guard = Guard(root, quarantine)
    (root / ".vscode").mkdir()
    (root / ".vscode/small").write_text("kept")
    for name in (".envrc", ".vscode/big"):
        with (root / name).open("wb") as file:
            file.truncate(3 * 1024**3)

    planted = guard.settle()

    assert planted.paths == (".envrc", ".vscode")
    assert planted.not_kept == (".envrc", ".vscode/big")
    assert contents_of(planted.archive) == {".vscode/small": b"kept"}
    assert list(root.iterdir()) == []


def test_a_large_protected_file_is_remembered_only_where_it_is_closed(root, quarantine):
    with (root / ".envrc").open("wb") as file:
        file.truncate(3 * 1024**3)

    assert Guard(root, quarantine, is_closed=True).settle().paths == ()
    with pytest.raises(SandboxUnavailable, match=r"\.envrc is larger than"):
        Guard(root, quarantine)


def test_a_file_under_the_name_of_another_kind_is_a_new_one(root, quarantine):
    # Also what a file looks like that was given the number of one just deleted.
    (root / "loom.toml").write_text("mine")
    (root / "d").mkdir()
    guard = Guard(root, quarantine)
    (root / "loom.toml").rename(root / "d/.envrc")

    assert guard.settle().paths == ("d/.envrc", "loom.toml")
    assert (root / "loom.toml").read_text() == "mine"
    assert not (root / "d/.envrc").exists()
