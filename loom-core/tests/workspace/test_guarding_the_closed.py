"""What a command closes so that it could not be looked at, or not taken away; root never meets that."""

import subprocess

import pytest

from loom_core.workspace.guarding import Guard
from loom_core.workspace.quarantine import Quarantine


@pytest.fixture
def root(place, monkeypatch):
    root = place / "work"
    root.mkdir()
    monkeypatch.setenv("HOME", str(place))  # git reads the settings there
    return root


@pytest.fixture
def quarantine(place):
    return Quarantine(place / "quarantine")


@pytest.mark.parametrize("mode", [0, 0o200, 0o400, 0o600])
def test_a_directory_that_nobody_may_enter_keeps_nothing_in_its_place(root, quarantine, mode):
    (root / "mine").mkdir()
    (root / "mine/.envrc").write_text("mine")
    guard = Guard(root, quarantine)
    for name in (".vscode", "new/inner"):
        (root / name).mkdir(parents=True)
    for name in (".vscode/tasks.json", "new/.envrc", "new/inner/.envrc", "mine/.envrc"):
        (root / name).write_text("evil")
    for name in ("new", "mine"):
        (root / name).chmod(mode)

    planted = guard.settle()

    assert [(root / name).stat().st_mode & 0o777 for name in ("new", "mine")] == [mode, mode]
    for name in ("new", "mine"):
        (root / name).chmod(0o700)
    assert planted.paths == (".vscode", "mine/.envrc", "new/.envrc", "new/inner/.envrc")
    assert planted.not_kept == ()
    assert (root / "mine/.envrc").read_text() == "mine"
    assert not (root / ".vscode").exists()
    assert [path.name for path in (root / "new").rglob("*")] == ["inner"]


def test_a_closed_directory_hides_and_keeps_nothing(root, quarantine):
    (root / ".envrc").write_text("mine")
    subprocess.run(["git", "init", "-q", "mine"], cwd=root, check=True)
    guard = Guard(root, quarantine)
    (root / ".envrc").chmod(0)
    (root / "mine/.git/hooks/pre-commit").write_text("#!/bin/sh")
    for name, mode in (("unlisted", 0o300), ("unwritable", 0o500), ("mine/.git", 0)):
        (root / name).mkdir(exist_ok=True)
        if name != "mine/.git":
            (root / name / ".envrc").write_text("evil")
        (root / name).chmod(mode)

    paths = guard.settle().paths
    (root / "mine/.git").chmod(0o700)
    assert not (root / "mine/.git/hooks/pre-commit").exists()

    assert set(paths) == {
        ".envrc",
        "mine/.git/hooks/pre-commit",
        "unlisted/.envrc",
        "unwritable/.envrc",
    }
    assert (root / ".envrc").read_text() == "mine"
