"""Servers as the settings name them."""

import json
import socket
import sys
from pathlib import Path

import pytest

sys.path.insert(
    0, str(Path(__file__).parent)
)  # importlib mode: the modules beside it are found by name

RAW = Path(__file__).parent / "raw_server.py"


def table(way, *, name="far", **more):
    """The settings of a server that behaves in a way."""
    values = {"command": sys.executable, "args": [str(RAW), way], **more}
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return "\n".join([f"[mcp.servers.{name}]", *lines, ""])


@pytest.fixture
def server_table():
    return table


@pytest.fixture
def unused_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
