from pathlib import Path

import pytest

from loom_core.workspace import BlobStore, Workspace


@pytest.fixture
def root(tmp_path: Path) -> Path:
    directory = tmp_path / "work"
    directory.mkdir()
    return directory


@pytest.fixture
def workspace(root: Path, tmp_path: Path) -> Workspace:
    return Workspace(root, blobs=BlobStore(tmp_path / "blobs"))
