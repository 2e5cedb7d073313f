"""The tiny model in every form it can be had, and a home without any."""

import sys
from pathlib import Path

import pytest

from loom_core.contracts.provider import ProviderEnvironment

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode: modules beside the tests by name

from file_server import FileServer
from tiny_model import PAYLOAD, SPLIT_AT, build_wheel, make_entry


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def payload():
    return PAYLOAD


@pytest.fixture
def entry():
    return make_entry()


@pytest.fixture
def said():
    """What the user was told."""
    return []


@pytest.fixture
def environment(tmp_path, said):
    return ProviderEnvironment(home=tmp_path / "home", say=said.append)


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A directory that pip takes for its only index, with the wheels of the tiny model."""
    directory = tmp_path / "index"
    directory.mkdir()
    build_wheel(directory, 1, PAYLOAD[:SPLIT_AT])
    build_wheel(directory, 2, PAYLOAD[SPLIT_AT:])
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(directory))
    return directory


@pytest.fixture
def file_server():
    """A web server that has the tiny model."""
    with FileServer(PAYLOAD) as server:
        yield server
