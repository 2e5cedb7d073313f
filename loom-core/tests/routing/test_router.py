"""Which model a call goes to, and when."""

import asyncio

import pytest
from scripted_models import REQUEST, Models, router

from loom_core.contracts.provider import Capabilities, Health, ProviderEnvironment
from loom_core.errors import (
    BadOutput,
    ModelNotFound,
    ModelOverloaded,
    ModelUnauthorized,
    ModelUnavailable,
    ModelUnreachable,
)
from loom_core.profiles import MeasuredProfile, ProfileStore
from loom_core.routing import DEFAULT_WINDOW, backoff
from loom_core.routing.route import open_route
from loom_core.settings.shape import ModelSettings
from loom_core.testing import Reply, Script, ScriptedModel
from loom_core.types import ModelRole

EXECUTOR, PLANNER = ModelRole.EXECUTOR, ModelRole.PLANNER


@pytest.mark.parametrize(("tier", "name"), [(1, "weak"), (2, "middle"), (3, "strong")])
async def test_the_weakest_model_of_at_least_the_tier_is_taken(tier, name):
    routes = router(strong={"tier": 3}, weak={"tier": 1}, middle={"tier": 2})

    assert (await routes.route(EXECUTOR, tier)).facts.name == name


async def test_without_a_model_of_the_tier_the_strongest_is_taken():
    assert (await router(a={"tier": 1}, b={"tier": 2}).route(EXECUTOR, 3)).facts.name == "b"


async def test_a_model_is_only_used_in_its_roles():
    routes = router(a={"roles": [PLANNER]}, b={"roles": [EXECUTOR]})

    assert (await routes.route(EXECUTOR)).facts.name == "b"
    with pytest.raises(ModelNotFound, match=r"'verifier'.*models: a, b.*roles"):
        await routes.route(ModelRole.VERIFIER)


async def test_a_model_is_opened_once_however_many_ask():
    models = Models()
    routes = models.router(a={})

    found = await asyncio.gather(*(routes.route(role) for role in ModelRole))

    assert len(models.made["a"]) == 1
    assert len({id(route) for route in found}) == 1


@pytest.mark.parametrize(
    ("capabilities", "settings", "dialect"),
    [
        (Capabilities(native_tools=True, answer_schema=True), {}, "native"),
        (Capabilities(native_tools=False, answer_schema=True), {}, "json_action"),
        (
            Capabilities(native_tools=True, answer_schema=True, prefers_json_action=True),
            {},
            "json_action",
        ),
        (
            Capabilities(native_tools=True, answer_schema=True, prefers_json_action=True),
            {"dialect": "native"},
            "native",
        ),
    ],
)
async def test_the_dialect_is_as_set_or_what_the_model_is_better_at(
    capabilities, settings, dialect
):
    routes = Models(a={"capabilities": capabilities}).router(a=settings)

    assert (await routes.route(EXECUTOR)).facts.dialect == dialect


@pytest.mark.parametrize(
    ("said", "settings", "window"),
    [(4096, {}, 4096), (4096, {"context_window": 2048}, 2048), (None, {}, DEFAULT_WINDOW)],
)
async def test_the_window_is_as_set_or_as_the_server_says(said, settings, window):
    routes = Models(a={"window": said}).router(a=settings)

    assert (await routes.route(EXECUTOR)).facts.window == window


async def test_no_more_calls_run_at_once_than_the_server_has_slots():
    models = Models(a={"script": Script.always(Reply(text="x", delay_seconds=0.01))})
    routes = models.router(a={"slots": 2})
    route = await routes.route(EXECUTOR)
    (provider,) = models.made["a"]
    running = most = 0
    stream = provider.stream

    async def counted(request):
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            async for item in stream(request):
                yield item
        finally:
            running -= 1

    provider.stream = counted
    await asyncio.gather(*(routes.complete(route, REQUEST) for _ in range(8)))

    assert most == 2


async def test_an_overloaded_server_is_asked_again(monkeypatch):
    waits = []

    async def note(seconds):
        waits.append(seconds)

    monkeypatch.setattr(backoff.asyncio, "sleep", note)  # the waiting is what is looked at
    busy = [ModelOverloaded("busy", retry_after_seconds=7.0), ModelOverloaded("busy")]
    routes = Models(a={"errors": busy}).router(a={})

    response = await routes.complete(await routes.route(EXECUTOR), REQUEST)

    assert response.text == "hello"
    assert waits[0] == 7.0
    assert 0 < waits[1] <= 1.0


async def test_a_server_that_stays_overloaded_is_given_up(monkeypatch):
    waits = []

    async def note(seconds):
        waits.append(seconds)

    monkeypatch.setattr(backoff.asyncio, "sleep", note)  # the waiting is what is looked at
    routes = Models(a={"errors": [ModelOverloaded("busy")] * 99}).router(a={})

    with pytest.raises(ModelOverloaded):
        await routes.complete(await routes.route(EXECUTOR), REQUEST)
    assert len(waits) == 5
    assert waits[-1] > waits[0]


async def test_a_wait_that_is_longer_than_anybody_would_wait_is_an_answer():
    errors = [ModelOverloaded("come back tomorrow", retry_after_seconds=86_400)]
    routes = Models(a={"errors": errors}).router(a={})

    with pytest.raises(ModelOverloaded, match="tomorrow"):
        await routes.complete(await routes.route(EXECUTOR), REQUEST)


async def test_another_error_is_not_tried_again():
    models = Models(a={"errors": [BadOutput("garbage")]})
    routes = models.router(a={})

    with pytest.raises(BadOutput):
        await routes.complete(await routes.route(EXECUTOR), REQUEST)
    assert len(models.made["a"][0].requests) == 1


async def test_a_model_that_is_not_ready_is_refused_with_what_it_says():
    health = Health(is_ready=False, detail="start it")
    routes = Models(a={"health": health}).router(a={})

    with pytest.raises(ModelUnreachable, match="start it"):
        await routes.require_ready(EXECUTOR)


async def test_a_refused_key_is_not_hidden_by_another_model():
    health = Health.failed(ModelUnauthorized("the key is refused; set api_key"))
    models = Models(a={"health": health})

    with pytest.raises(ModelUnauthorized, match="set api_key"):
        await models.router(a={}, b={"tier": 2}).require_ready(EXECUTOR)
    assert "b" not in models.made


BREAKING = {
    "capabilities": Capabilities(native_tools=True, answer_schema=True, slots=1),
    "script": Script.of(Reply.status(404).model_copy(update={"delay_seconds": 0.01}), "hello"),
}


async def _wait_behind_a_failure(routes, **settings):
    """Two calls of one slot, of which the first fails while the second waits for its turn."""
    route = await routes.route(EXECUTOR)
    return await asyncio.gather(
        routes.complete(route, REQUEST, **settings),
        routes.complete(route, REQUEST, **settings),
        return_exceptions=True,
    )


async def test_a_model_that_became_unwell_while_a_call_waited_is_not_asked_if_another_is_well():
    models = Models(a=BREAKING)
    routes = models.router(a={}, b={"tier": 2})

    ends = await _wait_behind_a_failure(
        routes, may_leave=lambda: routes.has_another("a", EXECUTOR, 1, {})
    )

    assert [type(end) for end in ends] == [ModelNotFound, ModelNotFound]
    assert len(models.made["a"][0].requests) == 1


@pytest.mark.parametrize("others", [{}, {"b": {"tier": 2, "roles": ["planner"]}}])
async def test_a_model_that_became_unwell_is_asked_all_the_same_where_it_is_the_only_one(others):
    routes = Models(a=BREAKING).router(a={}, **others)

    _, answer = await _wait_behind_a_failure(
        routes, may_leave=lambda: routes.has_another("a", EXECUTOR, 1, {})
    )

    assert answer.text == "hello"


async def test_a_model_that_failed_for_this_call_is_no_other_one():
    routes = router(a={}, b={"tier": 2})

    assert routes.has_another("a", EXECUTOR, 1, {})
    assert not routes.has_another("a", EXECUTOR, 1, {"b": ModelUnreachable("gone")})
    assert (routes.first(EXECUTOR, 2), router().first(EXECUTOR, 1)) == ("b", "")


async def test_a_model_that_cannot_be_prepared_is_refused():
    models = Models()
    routes = models.router(a={})
    await routes.route(EXECUTOR)

    async def prepare():
        raise ModelUnavailable("you said no")

    models.made["a"][0].prepare = prepare

    with pytest.raises(ModelUnavailable, match="you said no"):
        await routes.require_ready(EXECUTOR)


async def test_closing_closes_every_opened_model_and_no_other():
    models = Models()
    routes = models.router(a={"tier": 1}, b={"tier": 2})
    await routes.route(EXECUTOR)

    await routes.close()

    assert [provider.is_closed for provider in models.made["a"]] == [True]
    assert "b" not in models.made


@pytest.mark.parametrize("broken", ["a", "b"])
async def test_a_model_that_cannot_be_closed_keeps_no_other_from_it(broken):
    models = Models()
    routes = models.router(a={"tier": 1}, b={"tier": 2})
    await routes.route(EXECUTOR, 1)
    await routes.route(EXECUTOR, 2)

    async def refuse():
        raise OSError("stuck")

    models.made[broken][0].close = refuse

    with pytest.raises(OSError, match="stuck"):
        await routes.close()

    closed = {name: made[0].is_closed for name, made in models.made.items()}
    assert closed == {"a": broken != "a", "b": broken != "b"}


async def test_a_model_that_cannot_be_opened_is_closed_and_tried_anew():
    models = Models()
    routes = models.router(a={})
    load = models.load
    attempts = []

    def failing(name):
        def make(settings, environment):
            provider = load(name)(settings, environment)

            async def refuse():
                raise ModelUnreachable("nobody there")

            if not attempts:
                provider.capabilities = refuse
            attempts.append(provider)
            return provider

        return make

    routes._load_provider = failing

    with pytest.raises(ModelUnreachable):
        await routes.route(EXECUTOR)

    assert attempts[0].is_closed
    assert (await routes.route(EXECUTOR)).provider is attempts[1]


async def test_what_was_measured_decides_where_the_settings_do_not(tmp_path):
    profile = {
        "provider": "a",
        "model": "a",
        "measured_at": "2026-11-22T00:00:00Z",
        "seconds": 1,
        "calls": 1,
        "window": 4096,
        "dialect": "json_action",
        "dialects": [],
        "schema_support": "ignored",
        "slots": 3,
        "reasons": False,
        "sees_images": True,
        "tasks_passed": 0,
        "tasks_asked": 0,
    }
    ProfileStore(tmp_path).save(MeasuredProfile.model_validate(profile))
    settings = ModelSettings(provider="a", model="a")
    server = ScriptedModel(
        Script.always("x"), window=None, environment=ProviderEnvironment(tmp_path)
    )

    facts = (await open_route("a", settings, server)).facts

    assert (facts.dialect, facts.window) == ("json_action", 4096)
    assert (facts.enforces_schema, facts.sees_images) == (False, True)


async def test_the_model_of_a_conversation_goes_first():
    routes = router(a={"tier": 1}, b={"tier": 2})

    choice = await routes.choose(EXECUTOR, prefer="b")

    assert choice.route.facts.name == "b"
    assert not choice.instead_of
