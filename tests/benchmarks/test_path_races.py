"""The file tools raced against somebody who swaps what their paths lead through.

A smaller version of ``benchmarks/path_races.py``.
"""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

from path_races import TOOLS, check_then_open, race  # noqa: E402  # found through the path above

CALLS = 400


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.parametrize("portable", [False, True], ids=["openat2", "by component"])
@pytest.mark.parametrize("tool", TOOLS)
async def test_no_race_leads_out(tool, portable):
    done = await race(tool, CALLS, portable=portable)

    assert done.leaks == 0
    assert done.succeeded
    assert done.refused


def test_the_race_is_one_that_a_check_before_opening_loses():
    assert any(check_then_open(2000).leaks for _ in range(10))
