"""What other programs of the user obey although it lies among the files of a workspace."""

import subprocess

import pytest

from loom_core.errors import PathRefused
from loom_core.workspace import Workspace
from loom_core.workspace.guarding import Guard
from loom_core.workspace.quarantine import Quarantine


@pytest.fixture
def quarantine(tmp_path):
    return Quarantine(tmp_path / "quarantine")


def git(directory, *arguments):
    subprocess.run(["git", *arguments], cwd=directory, check=True, capture_output=True)


def test_what_makes_other_systems_run_programs_is_taken_out_or_put_back(root, quarantine):
    for name in ("old/.hg/store", "old/.jj/repo", "plain"):
        (root / name).mkdir(parents=True)
    (root / "old/.hg/hgrc").write_text("[paths]\ndefault = x\n")
    guard = Guard(root, quarantine)
    (root / "old/.hg/hgrc").write_text("[hooks]\npre-status = touch x\n")
    (root / "old/.hg/store/data").write_text("data")
    (root / "old/.jj/repo/config.toml").write_text('fsmonitor.backend = "x"\n')
    (root / "plain/.hg/store").mkdir(parents=True)
    (root / "evil/.hg").mkdir(parents=True)
    (root / "evil/.hg/hgrc").write_text("[hooks]\npre-status = touch x\n")

    planted = guard.settle()

    assert planted.paths == ("evil/.hg", "old/.hg/hgrc", "old/.jj/repo/config.toml")
    assert (root / "old/.hg/hgrc").read_text() == "[paths]\ndefault = x\n"
    assert (root / "old/.hg/store/data").exists()
    assert (root / "plain/.hg/store").exists()


def test_hooks_and_settings_among_the_files_are_put_back(root, quarantine):
    git(root, "init", "-q", ".")
    git(root, "config", "core.hooksPath", "tools/hooks")
    git(root, "config", "include.path", "../.gitmore")
    hook = root / "tools/hooks/pre-commit"
    hook.parent.mkdir(parents=True)
    hook.write_text("mine")
    guard = Guard(root, quarantine, is_closed=True)
    hook.write_text("evil")
    (root / "tools/hooks/post-checkout").write_text("evil")
    (root / ".gitmore").write_text("[alias]\nx = !evil\n")
    (root / "tools/other").write_text("work")

    planted = guard.settle()

    expected = (".gitmore", "tools/hooks/post-checkout", "tools/hooks/pre-commit")
    assert planted.paths == expected
    assert hook.read_text() == "mine"
    assert sorted(path.name for path in root.rglob("*") if ".git" not in path.parts) == [
        "hooks",
        "other",
        "pre-commit",
        "tools",
    ]


def test_hooks_that_were_led_elsewhere_are_put_back(root, quarantine, tmp_path):
    git(root, "init", "-q", ".")
    git(root, "config", "core.hooksPath", "tools/hooks")
    (root / "tools/hooks").mkdir(parents=True)
    (root / "tools/hooks/pre-commit").write_text("mine")
    (tmp_path / "elsewhere/hooks").mkdir(parents=True)
    guard = Guard(root, quarantine)
    (root / "tools").rename(root / "moved")
    (root / "tools").symlink_to(tmp_path / "elsewhere")

    guard.settle()

    assert (root / "tools/hooks/pre-commit").read_text() == "mine"
    assert list((tmp_path / "elsewhere/hooks").iterdir()) == []


@pytest.mark.parametrize(
    "line",
    [
        "[core]\n\thooksPath = .githooks\n",
        "[core] hookspath = .githooks ; where they are\n",
        '[include]\npath = "../.githooks"\n',
        '[includeIf "gitdir:/"]\n\tpath = ../.githooks\n',
        "[include]\n\tpath = ../included\n",
        "[core]\n\thooksPath = \\\n.githooks\n",
    ],
)
def test_what_a_repository_keeps_among_the_files_for_git_to_obey_is_protected(root, line):
    workspace = Workspace(root)
    (root / ".git").mkdir()
    (root / "included").write_text("[core]\n\thooksPath = .githooks\n")
    assert workspace.writable(".githooks/pre-commit")

    (root / ".git/config").write_text(line)

    for path in (".githooks", ".githooks/pre-commit"):
        with pytest.raises(PathRefused, match="a person has to change it"):
            workspace.writable(path)
    assert workspace.writable(".githooks2/pre-commit")


def test_hooks_that_the_user_keeps_so_everywhere_and_those_of_a_repository_inside_are_protected(
    root, tmp_path, monkeypatch
):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".gitconfig").write_text("[core]\n\thooksPath = .githooks\n")
    workspace = Workspace(root)
    (root / "sub/.git").mkdir(parents=True)

    assert workspace.writable(".githooks/pre-commit")
    with pytest.raises(PathRefused, match="a person has to change it"):
        workspace.writable("sub/.githooks/pre-commit")
