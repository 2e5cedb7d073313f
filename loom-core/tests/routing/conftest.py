import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode: what is beside it is found by name


@pytest.fixture
def anyio_backend():
    return "asyncio"
