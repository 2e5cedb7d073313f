"""A server and a client of each test."""

import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

sys.path.insert(
    0, str(Path(__file__).parent)
)  # importlib mode: the modules beside it are found by name

from server_site import Client, Site

from loom_core.app import Loom


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A place for a server, whose only model is scripted."""
    made = Site(tmp_path)
    monkeypatch.setattr(Loom, "load_provider", lambda _loom, _name: made.provider)
    return made


@pytest.fixture
async def client(site: Site) -> AsyncGenerator[Client]:
    """A server with the plain script."""
    async with site.serve() as client:
        yield client
