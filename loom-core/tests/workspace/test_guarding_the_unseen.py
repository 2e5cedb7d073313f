"""What a command hides, closes or nests so that it could not be looked at, or not taken away."""

import os
import subprocess

import pytest

from loom_core.workspace.guarding import Guard
from loom_core.workspace.quarantine import Quarantine


@pytest.fixture
def quarantine(tmp_path):
    return Quarantine(tmp_path / "quarantine")


def git(directory, *arguments):
    subprocess.run(["git", *arguments], cwd=directory, check=True, capture_output=True)


def test_no_depth_keeps_anything_in_its_place(root, quarantine):
    git(root, "init", "-q", "old")
    guard = Guard(root, quarantine)
    for planted in (".vscode", "old/.git/modules", "a/.git"):
        (root / planted).mkdir(parents=True, exist_ok=True)
        nested = os.open(root / planted, os.O_RDONLY)
        for _ in range(1500):
            os.mkdir("directory", dir_fd=nested)
            inner = os.open("directory", os.O_RDONLY, dir_fd=nested)
            os.close(nested)
            nested = inner
        with os.fdopen(os.open("f", os.O_CREAT | os.O_WRONLY, dir_fd=nested), "w") as file:
            file.write("evil")
        os.close(nested)
    (root / "z").mkdir()
    (root / "z/.envrc").write_text("evil")

    taken = guard.settle().paths

    assert {".vscode", "a/.git", "z/.envrc"} <= set(taken)
    assert any(path.startswith("old/.git/modules/") for path in taken)
    assert {path.name for path in root.iterdir()} == {"old", "a", "z"}
    assert list((root / "z").iterdir()) == []


def test_a_path_too_long_to_be_looked_at_keeps_nothing_in_its_place(root, quarantine):
    guard = Guard(root, quarantine)
    (root / ".vscode").mkdir()
    (root / ".vscode/tasks.json").write_text("evil")
    inner, left = os.open(root, os.O_RDONLY), 4092 - len(str(root))
    while left:
        name = "d" * ((left if left < 250 else 200) - 1)
        os.mkdir(name, dir_fd=inner)
        outer, inner = inner, os.open(name, os.O_RDONLY, dir_fd=inner)
        os.close(outer)
        left -= len(name) + 1
    os.close(os.open(".envrc", os.O_CREAT | os.O_WRONLY, dir_fd=inner))
    os.close(inner)

    guard.settle()

    assert not (root / ".vscode").exists()
    assert not any(".envrc" in names for _, _, names, _ in os.fwalk(root))


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
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


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_closed_directory_hides_and_keeps_nothing(root, quarantine):
    (root / ".envrc").write_text("mine")
    git(root, "init", "-q", "mine")
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
