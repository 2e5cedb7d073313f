"""A place of its own for each test."""

import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(
    0, str(Path(__file__).parent)
)  # importlib mode: the modules beside it are found by name

from plugin_site import PluginSite
from scenario import Place

from loom_core.sandbox import choose
from loom_core.settings.shape import SandboxSettings


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def place(tmp_path, monkeypatch):
    for name in ("LOOM_DEBUG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    with ExitStack() as stack:
        yield Place(tmp_path, stack)


@pytest.fixture
def site(place, monkeypatch):
    """Fake distributions that this process and its children find."""
    made = PluginSite(place.root / "site")
    place.extra_environment = {"PYTHONPATH": str(made.root)}
    monkeypatch.syspath_prepend(made.root)
    yield made
    made.forget()


@pytest.fixture
def sandboxed():
    """Skip a test that runs commands where no sandbox confines them."""
    if not choose(SandboxSettings()).is_confining:
        pytest.skip("no sandbox works here, so no command runs without being asked for")
