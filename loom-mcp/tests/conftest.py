"""A site of its own for each test."""

import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(
    0, str(Path(__file__).parent)
)  # importlib mode: the modules beside it are found by name

from mcp_site import McpSite


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def site(tmp_path):
    with ExitStack() as stack:
        yield McpSite(tmp_path, stack)
