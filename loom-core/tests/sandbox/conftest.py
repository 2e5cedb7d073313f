import os
import shutil
from pathlib import Path

import pytest

from loom_core.network import LOOPBACK_ONLY, AllowedHost
from loom_core.sandbox import UnconfinedSandbox, choose, describe
from loom_core.sandbox.bounds import bounds_of
from loom_core.sandbox.bubblewrap import BubblewrapSandbox
from loom_core.sandbox.reach import Reach
from loom_core.sandbox.toolchains import find_toolchains
from loom_core.settings.shape import SandboxSettings
from loom_core.workspace.quarantine import quarantine_of


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


@pytest.fixture
def reaching(bubblewrap, tmp_path):
    """Makes a sandbox for some hosts, all of which are this machine."""
    environment = dict(os.environ)

    async def here(name):
        return ["127.0.0.1"]

    def make(*hosts, resolve=here, toolchains=None, rules=LOOPBACK_ONLY):
        return BubblewrapSandbox(
            shutil.which("bwrap"),
            toolchains or find_toolchains(environment, Path.home()),
            environment,
            quarantine=quarantine_of(tmp_path),
            bounds=bounds_of(SandboxSettings()),
            reach=Reach(hosts=tuple(map(AllowedHost.parse, hosts)), rules=rules, resolve=resolve),
        )

    return make
