"""The loops that the harness is measured against: what they do, and that they claim what a model says."""

import json
import sys
from pathlib import Path

import pytest

from loom_core.testing import Reply, Script, ScriptedModel

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

from bare_loop import MAX_TURNS, installed_tools, run_bare  # noqa: E402  # found through the path above

WRITES = {"tool": "write_file", "path": "a.txt", "content": "hi\n"}
DONE = {"tool": "complete", "summary": "a.txt says hi"}


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def loop(tmp_path):
    """Runs a loop with these answers of the model."""

    async def run(*answers, has_schema=False):
        model = ScriptedModel(Script.of(*(Reply(text=json.dumps(one)) for one in answers)))
        tools = {tool.name: tool for tool in installed_tools() if tool.is_always_offered}
        end = await run_bare("Create a.txt", tmp_path, model, tools, has_schema=has_schema)
        return end, model

    return run


@pytest.mark.parametrize("has_schema", [True, False])
async def test_a_loop_acts_and_claims(loop, tmp_path, has_schema):
    end, model = await loop(WRITES, DONE, has_schema=has_schema)

    assert end.is_claimed
    assert (tmp_path / "a.txt").read_text() == "hi\n"
    assert (model.requests[0].answer_schema is not None) is has_schema


async def test_a_claim_is_taken_as_it_is(loop, tmp_path):
    end, _ = await loop(DONE)

    assert end.is_claimed
    assert not (tmp_path / "a.txt").exists()


async def test_a_loop_that_never_ends_claims_nothing(loop):
    end, model = await loop(*[{"tool": "list_directory"}] * MAX_TURNS)

    assert not end.is_claimed
    assert len(model.requests) == MAX_TURNS
