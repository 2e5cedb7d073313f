"""What a command hides or nests so that it could not be looked at, or not taken away."""

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
