"""A place of its own for each test."""

import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode: scenario.py is found by its name

from scenario import Place


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def place(tmp_path, monkeypatch):
    for name in ("LOOM_DEBUG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    with ExitStack() as stack:
        yield Place(tmp_path, stack)
