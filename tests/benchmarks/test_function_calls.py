"""The three ways of the function-calling benchmark, over cases of the benchmark's form."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from loom_core.errors import BadOutput
from loom_core.types import FinishReason, ModelResponse, ToolCall

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks" / "calls"))

from case_list import load_cases  # found through the path above
from methods import METHODS  # as above

FUNCTION = {
    "name": "geometry.area",
    "description": "Area of a triangle.",
    "parameters": {
        "type": "dict",
        "properties": {
            "base": {"type": "float", "description": "the base"},
            "units": {"type": "tuple", "items": {"type": "any"}},
        },
        "required": ["base"],
    },
}
WANTED = [{"geometry.area": {"base": [3.0], "units": [""]}}]


@pytest.fixture
def case(tmp_path):
    directory = tmp_path / "bfcl_eval" / "data"
    (directory / "possible_answer").mkdir(parents=True)
    question = [[{"role": "user", "content": "What is the area of a triangle with base 3?"}]]
    entry = {"id": "parallel_0", "question": question, "function": [FUNCTION]}
    (directory / "BFCL_v4_parallel.json").write_text(json.dumps(entry) + "\n")
    answer = {"id": "parallel_0", "ground_truth": WANTED}
    (directory / "possible_answer" / "BFCL_v4_parallel.json").write_text(json.dumps(answer))
    (loaded,) = load_cases(tmp_path, "parallel")
    return loaded


def answering(text="", calls=(), error=None):
    """A provider that gives one answer and keeps what it was asked."""
    asked = []

    async def complete(request):
        asked.append(request)
        if error is not None:
            raise error
        return ModelResponse(text=text, tool_calls=calls, finish_reason=FinishReason.STOP)

    return SimpleNamespace(complete=complete, asked=asked)


def test_a_case_is_read_with_schemas_that_servers_take(case):
    (tool,) = case.tools()

    assert case.wanted == WANTED
    assert tool.parameters["type"] == "object"
    assert tool.parameters["properties"]["base"]["type"] == "number"
    units = tool.parameters["properties"]["units"]
    assert (units["type"], units["items"]["type"]) == ("array", "string")


@pytest.mark.parametrize(
    ("method", "provider"),
    [
        ("loom", answering(json.dumps({"calls": [{"name": "geometry.area", "base": 3}]}))),
        ("server", answering(calls=(ToolCall(id="1", name="geometry.area", arguments='{"base": 3.0}'),))),
        ("text", answering('```json\n[{"name": "geometry.area", "arguments": {"base": 3.0}}]\n```')),
    ],
)  # fmt: skip
async def test_every_way_gives_calls_as_the_checker_wants_them(case, method, provider):
    assert await METHODS[method](case, provider) == [{"geometry.area": {"base": 3.0}}]
    (request,) = provider.asked
    assert request.sampling.temperature == 0.0


@pytest.mark.parametrize(
    ("method", "provider"),
    [
        ("loom", answering("no")),
        ("server", answering(error=BadOutput("it sent nonsense"))),
        ("server", answering(calls=(ToolCall(id="1", name="x", arguments="{"),))),
        ("text", answering("I cannot")),
    ],
)
async def test_what_cannot_be_read_is_no_call(case, method, provider):
    assert await METHODS[method](case, provider) == []
