"""Servers as the settings name them."""

import socket
import sys
from pathlib import Path

import pytest

sys.path.insert(
    0, str(Path(__file__).parent)
)  # importlib mode: the modules beside it are found by name

from server_tables import table


@pytest.fixture
def server_table():
    return table


@pytest.fixture
def unused_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
