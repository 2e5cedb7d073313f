"""Every way in which model servers go wrong, over every provider that speaks HTTP, through all of Loom.

A run ends in a defined state, nothing is run out of an answer that was cut off, and what is completed is
done. Each fault is there in every answer of a run, or in the first one only.
"""

import random
from contextlib import ExitStack
from importlib.metadata import entry_points
from typing import Any

import pytest
from answer_faults import ANSWER_FAULTS
from connection_faults import CONNECTION_FAULTS
from faulty_server import FaultyServer
from refusal_faults import REFUSAL_FAULTS
from scenario import Finished, Place, done, model, write
from server_fault import Ends, ServerFault
from stream_faults import STREAM_FAULTS

from loom_core.testing import Rule
from loom_core.wire import event_stream

FAULTS = [*CONNECTION_FAULTS, *STREAM_FAULTS, *REFUSAL_FAULTS, *ANSWER_FAULTS]
EMBEDDED = {"llamacpp"}
FEW_CHANCES = "[execution]\nmax_subtask_retries = 1\nmax_replans = 0\n"
API_OF = {"anthropic": "anthropic", "ollama": "ollama"}
FIRST, LAST = "hi", "and this is its last line\n"
RULES = (
    Rule(anywhere="Created hello.txt", reply=done()),
    Rule(reply=write("hello.txt", f"{FIRST}\n{LAST}")),
)
"""A model that looks at what was done, so that it goes on rightly after a fault."""


def providers() -> list[str]:
    """One name of each registered provider that speaks HTTP."""
    classes = {point.value: point.name for point in entry_points(group="loom.providers")}
    return [name for name in sorted(classes.values()) if name not in EMBEDDED]


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(random, "uniform", lambda low, high: 0.0)  # backing off takes no time
    monkeypatch.setattr(event_stream, "_MAX_LINE_BYTES", 64 * 1024)
    monkeypatch.setattr("loom_providers_ollama.streaming._MAX_LINE_BYTES", 64 * 1024)
    with ExitStack() as stack:
        yield Place(tmp_path, stack)


def run(place: Place, fault: ServerFault, provider: str, *, faulty: int | None) -> Finished:
    """Reach the goal with a server that has the fault."""
    with FaultyServer(fault, RULES, faulty=faulty) as server:
        place.configure(
            FEW_CHANCES + fault.settings, small=model(server.url, provider=provider, **fault.model)
        )
        finished = place.work()
    assert_defined(finished, place)
    return finished


def assert_defined(finished: Finished, place: Place) -> None:
    """How any run has to end, whatever went wrong."""
    state = finished.result["state"]
    assert (finished.code, state) in {(0, "completed"), (1, "failed"), (3, "paused")}
    assert "Traceback" not in finished.stderr
    last = {"completed": "TaskCompleted", "failed": "TaskFailed", "paused": "TaskPaused"}[state]
    assert finished.types[-1] == last
    if state == "completed":
        text = place.read("hello.txt")
        assert text.startswith(FIRST)  # no false completion,
        assert text.endswith(LAST)  # and nothing out of an answer that was cut off
    else:
        assert finished.result["reason"]


def cases(*ends: Ends) -> list[Any]:
    """Each fault that ends so, on each provider in whose API it is possible."""
    return [
        pytest.param(fault, provider, id=f"{provider}-{fault}")
        for fault in FAULTS
        for provider in providers()
        if fault.ends in ends and API_OF.get(provider, "openai") in fault.apis
    ]


@pytest.mark.parametrize(("fault", "provider"), cases(*Ends))
def test_a_fault_in_every_answer(place, fault, provider):
    finished = run(place, fault, provider, faulty=None)

    state = finished.result["state"]
    if fault.ends is Ends.WELL:
        assert state == "completed", finished.result["reason"]
    if fault.ends is Ends.BADLY:
        assert state != "completed"
        assert place.files() == []  # nothing was run
        assert not finished.of("ToolCallStarted")


@pytest.mark.parametrize(("fault", "provider"), cases(Ends.BADLY, Ends.SOMEHOW))
def test_a_fault_in_the_first_answer(place, fault, provider):
    finished = run(place, fault, provider, faulty=1)

    if fault.mends:
        assert finished.result["state"] == "completed", finished.result["reason"]


def test_there_are_faults_of_every_kind():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 60
    assert len(providers()) >= 3
