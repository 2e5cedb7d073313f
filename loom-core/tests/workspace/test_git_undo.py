"""What git did is put back: the working tree, HEAD, references and the index, to the byte."""

import os
import shutil
import subprocess

import pytest

from loom_core.workspace import plan_undo
from loom_core.workspace.git_state import is_git_state
from loom_core.workspace.path_state import inverse

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


@pytest.fixture
def git(root):
    def run(*arguments: str) -> str:
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@b",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@b",
        }
        done = subprocess.run(
            ["git", *arguments],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
        return done.stdout

    run("init", "-q", "-b", "main")
    (root / "a.txt").write_text("one\n")
    run("add", ".")
    run("commit", "-qm", "first")
    return run


def image(root) -> dict[str, bytes]:
    """Every file of the working tree, and of git all that tells where it stands."""
    names = {p: str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()}
    return {
        name: path.read_bytes()
        for path, name in names.items()
        if not name.startswith(".git/") or is_git_state(name)
    }


def edit_and_commit(root, git):
    (root / "a.txt").write_text("two\n")
    git("add", ".")
    git("commit", "-qm", "second")


def branch_and_merge(root, git):
    git("checkout", "-qb", "topic/deep")
    (root / "new.txt").write_text("new\n")
    git("add", ".")
    git("commit", "-qm", "topic")
    git("checkout", "-q", "main")
    edit_and_commit(root, git)
    git("merge", "-q", "-m", "joined", "topic/deep")
    git("branch", "-d", "topic/deep")


def stash(root, git):
    (root / "a.txt").write_text("stashed\n")
    git("stash")


def pack_and_tag(root, git):
    git("tag", "v1")
    git("pack-refs", "--all")
    git("gc", "-q")


def stop_in_a_conflict(root, git):
    git("checkout", "-qb", "other")
    edit_and_commit(root, git)
    git("checkout", "-q", "main")
    (root / "a.txt").write_text("three\n")
    git("commit", "-qam", "third")
    with pytest.raises(subprocess.CalledProcessError):
        git("merge", "other")


@pytest.mark.parametrize(
    "act", [edit_and_commit, branch_and_merge, stash, pack_and_tag, stop_in_a_conflict]
)
def test_what_git_did_goes_back_and_forth_to_the_byte(workspace, root, git, act):
    before, log, snapshot = image(root), git("log", "--all"), workspace.snapshot()
    act(root, git)
    after = image(root)
    assert after != before

    done = plan_undo(workspace.changes_since(snapshot), workspace).changes
    for change in done:
        workspace.carry_out(change)

    assert image(root) == before
    assert git("log", "--all") == log
    assert git("status", "--porcelain") == ""
    git("fsck", "--strict")
    workspace_after_status = image(root)
    assert {n: b for n, b in workspace_after_status.items() if not n.endswith("/index")} == {
        n: b for n, b in before.items() if not n.endswith("/index")
    }

    for name in set(workspace_after_status) - set(before) | {".git/index"}:
        (root / name).write_bytes(before[name])  # looking at it refreshed the index
    for change in reversed(done):
        for step in inverse(change):
            workspace.carry_out(step)
    assert image(root) == after
