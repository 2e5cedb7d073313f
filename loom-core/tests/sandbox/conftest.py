import os
import shutil
from pathlib import Path

import pytest

from loom_core.sandbox import UnconfinedSandbox, choose, describe
from loom_core.sandbox.bubblewrap import BubblewrapSandbox
from loom_core.settings.shape import SandboxSettings


@pytest.fixture(scope="session")
def bubblewrap():
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed")
    sandbox = choose(SandboxSettings())
    assert isinstance(sandbox, BubblewrapSandbox), describe(SandboxSettings()).detail
    return sandbox


@pytest.fixture(scope="session")
def landlock():
    found = describe(SandboxSettings(backend="landlock"))
    if found.sandbox.name != "landlock":
        pytest.skip(found.detail)
    return found.sandbox


@pytest.fixture(params=["bubblewrap", "landlock"])
def confining(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def unconfined():
    return UnconfinedSandbox(dict(os.environ))


@pytest.fixture(params=["bubblewrap", "landlock", "unconfined"])
def sandbox(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    directory = tmp_path / "work"
    directory.mkdir()
    return directory
