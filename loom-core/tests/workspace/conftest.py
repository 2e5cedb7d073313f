import concurrent.futures.thread  # noqa: F401 - as below
import ctypes  # noqa: F401 - loaded before the user changes, who may not be able to read it
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from loom_core.workspace import BlobStore, Workspace
from loom_core.workspace.placeholders import placeholders

NOBODY = 65534


@pytest.fixture
def place():
    """A directory of an ordinary user, who is whoever runs the test from then on."""
    directory = Path(tempfile.mkdtemp())
    is_root = os.geteuid() == 0
    if is_root:
        os.chown(directory, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield directory
    finally:
        if is_root:
            os.seteuid(0)
        for path, names, _ in os.walk(directory):
            for name in names:
                (Path(path) / name).chmod(0o700)
        shutil.rmtree(directory)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    directory = tmp_path / "work"
    directory.mkdir()
    return directory


@pytest.fixture
def workspace(root: Path, tmp_path: Path) -> Workspace:
    return Workspace(root, blobs=BlobStore(tmp_path / "blobs"))


@pytest.fixture
def stand_in_ns(tmp_path: Path) -> int:
    """The time of modification that marks a stand-in; a command can see it and set it."""
    directory = tmp_path / "other"
    directory.mkdir()
    with placeholders(directory):
        return (directory / ".git").stat().st_mtime_ns
