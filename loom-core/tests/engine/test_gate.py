"""Where a run stands still: what is under way ends first, but nobody waits for a model for ever."""

import asyncio

import pytest

from loom_core.engine import gate as gate_module
from loom_core.engine.gate import Gate


class Step:
    """A step that ends when it is told to."""

    def __init__(self, entered):
        self.has_begun = asyncio.Event()
        self.may_end = asyncio.Event()
        self.task = asyncio.create_task(self._run(entered))

    async def _run(self, entered):
        async with entered:
            self.has_begun.set()
            await self.may_end.wait()

    async def end(self):
        self.may_end.set()
        await self.task


@pytest.fixture
def told():
    return []


async def begun(entered):
    step = Step(entered)
    async with asyncio.timeout(5):
        await step.has_begun.wait()
    return step


async def test_an_idle_run_stands_still_at_once(told):
    gate = Gate()

    gate.close(lambda: told.append("quiet"))

    assert told == ["quiet"]


async def test_what_runs_ends_and_nothing_begins(told):
    gate = Gate()
    act, ask = await begun(gate.acting()), await begun(gate.asking())
    gate.close(lambda: told.append("quiet"))
    later = Step(gate.acting())

    await act.end()
    assert told == []
    await ask.end()

    assert told == ["quiet"]
    assert not later.has_begun.is_set()
    gate.open()
    await later.end()
    assert told == ["quiet"]


async def test_a_model_is_not_waited_for_for_ever_but_an_effect_is(told, monkeypatch):
    monkeypatch.setattr(gate_module, "PATIENCE_SECONDS", 0.0)
    gate, quiet = Gate(), asyncio.Event()
    act, ask = await begun(gate.acting()), await begun(gate.asking())

    gate.close(quiet.set)
    await asyncio.sleep(0.01)
    assert not quiet.is_set()
    await act.end()

    assert quiet.is_set()
    await ask.end()


async def test_a_call_that_waits_for_a_human_may_be_stopped(told):
    gate = Gate()
    act = await begun(gate.acting())

    with gate.waiting_in_act():
        gate.close(lambda: told.append("quiet"))
        assert told == ["quiet"]

    gate.open()
    await act.end()


async def test_a_pause_that_is_taken_back_lets_everything_go_on(told):
    gate = Gate()
    act = await begun(gate.acting())
    gate.close(lambda: told.append("quiet"))
    later = Step(gate.asking())

    gate.open()
    await act.end()
    await later.end()

    assert told == []
    assert not gate.is_closed
