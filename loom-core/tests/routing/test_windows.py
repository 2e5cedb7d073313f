"""The window that is counted on, and servers that load what they serve."""

from pathlib import Path

import pytest
from scripted_models import REQUEST, Models

from loom_core.contracts.provider import Capabilities, ProviderEnvironment
from loom_core.errors import (
    BadOutput,
    ContextExceeded,
    ModelError,
    ModelLoading,
    ModelNotLoaded,
    ModelUnreachable,
)
from loom_core.routing import Router, backoff
from loom_core.settings.shape import ModelSettings
from loom_core.types import ModelRole

EXECUTOR, PLANNER = ModelRole.EXECUTOR, ModelRole.PLANNER


async def test_one_model_in_two_tables_has_one_window():
    both = {"provider": "x", "model": "m", "base_url": "http://127.0.0.1:1"}
    models = {
        "planner": ModelSettings(**both, context_window=8192),
        "worker": ModelSettings(**both),
        "other": ModelSettings(provider="x", model="n"),
    }

    routes = Router(models, Models().load, ProviderEnvironment(Path()))

    assert [model.context_window for model in routes.models.values()] == [8192, 8192, None]


async def test_a_window_that_turns_out_smaller_after_the_first_answer_is_refused():
    models = Models(a={"window": 4096})
    routes = models.router(a={})
    route = await routes.route(EXECUTOR)
    loaded = iter([2048])

    async def loaded_window():
        return next(loaded)

    models.made["a"][0].loaded_window = loaded_window

    with pytest.raises(ContextExceeded, match=r"window of 2048.*4096.*models\.a\.context_window"):
        await routes.complete(route, REQUEST)


async def test_a_window_that_nobody_tells_is_marked_as_assumed():
    said = await Models(a={"window": 4096}).router(a={}).route(EXECUTOR)
    unsaid = await Models(a={"window": None}).router(a={}).route(EXECUTOR)

    assert (said.facts.is_window_assumed, unsaid.facts.is_window_assumed) == (False, True)


async def test_loading_is_waited_for_and_not_forever(monkeypatch):
    waits = []

    async def note(seconds):
        waits.append(seconds)

    monkeypatch.setattr(backoff.asyncio, "sleep", note)  # the waiting is what is looked at
    loading = [ModelLoading("loading")] * 20
    routes = Models(a={"errors": loading}).router(a={})
    assert (await routes.complete(await routes.route(EXECUTOR), REQUEST)).text == "hello"
    assert len(waits) == 20
    assert max(waits) <= 5

    slow = Models(a={"errors": loading}).router(a={"load_timeout_seconds": 1e-9})
    with pytest.raises(ModelNotLoaded, match="load_timeout_seconds"):
        await slow.complete(await slow.route(EXECUTOR), REQUEST)


async def test_an_answer_stays_when_its_window_cannot_be_asked_for_and_it_is_asked_for_again():
    models = Models(a={"capabilities": Capabilities(native_tools=True, answer_schema=True)})
    routes = models.router(a={"context_window": 8192})
    route = await routes.route(EXECUTOR)
    loaded = [ModelUnreachable("timed out"), BadOutput("no JSON"), 2048]

    async def loaded_window():
        said = loaded.pop(0)
        if isinstance(said, ModelError):
            raise said
        return said

    models.made["a"][0].loaded_window = loaded_window

    assert (await routes.complete(route, REQUEST)).text == "hello"
    assert (await routes.complete(route, REQUEST)).text == "hello"
    assert (await routes.choose(EXECUTOR)).route is route
    with pytest.raises(ContextExceeded, match="2048"):
        await routes.complete(route, REQUEST)
