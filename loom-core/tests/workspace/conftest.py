from pathlib import Path

import pytest

from loom_core.workspace import BlobStore, Workspace
from loom_core.workspace.placeholders import placeholders


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
