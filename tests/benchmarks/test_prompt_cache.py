"""How much of its prompts a server need not compute again, and how long their head is.

``benchmarks/prompt_cache.py`` with fewer turns, whose prompts grow faster than they are long.
"""

import json
import sys
from pathlib import Path

import pytest

from loom_core.prompts import estimate_tokens

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

from prompt_cache import (  # noqa: E402  # found through the path above
    LEAST_IN_GRAPH,
    graph_requests,
    loop_requests,
    share_of,
)

MOST_HEAD_TOKENS = 2000


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def test_a_loop_sends_again_what_it_sent_and_adds_to_it():
    share = share_of("loop", await loop_requests(8))

    assert share.kept == 1
    assert share.cached >= 0.94


async def test_a_graph_shares_the_beginnings_of_its_prompts():
    share = share_of("graph", await graph_requests(2, 2))

    assert share.kept == 1
    assert share.cached >= LEAST_IN_GRAPH


@pytest.mark.parametrize("dialect", ["native", "json_action"])
async def test_role_rules_tools_and_format_are_short_with_all_tools(dialect):
    first = (await loop_requests(3, dialect=dialect))[0].body

    system = first["messages"][0]["content"]
    tools = json.dumps(first["tools"], separators=(",", ":")) if "tools" in first else ""
    assert estimate_tokens(system + tools) <= MOST_HEAD_TOKENS * 1.25  # a careful estimate
