"""Which models a run uses."""

from pathlib import Path

import pytest

from loom_core.contracts.provider import FoundAs, FoundModel, Provider, ProviderEnvironment
from loom_core.errors import ModelUnavailable, SettingsError
from loom_core.routing.chosen_models import choose_models
from loom_core.routing.discovery import discover
from loom_core.settings.shape import ModelSettings
from loom_core.types import ModelRole


def settings(model, **more):
    return ModelSettings(provider="p", model=model, **more)


def found(model, kind=FoundAs.RUNNING):
    return FoundModel(settings(model), kind, model)


async def choose(configured=(), wanted=None, models=()):
    async def look():
        return models

    return await choose_models(dict(configured), wanted, look)


async def test_a_configured_model_wins_and_nothing_is_looked_for():
    async def never():
        raise AssertionError("somebody looked")

    assert await choose_models({"a": settings("x")}, None, never) == {"a": settings("x")}


async def test_a_wanted_model_gets_every_role():
    configured = {"a": settings("x", roles=(ModelRole.PLANNER,)), "b": settings("y")}

    chosen = await choose(configured, "a")

    assert list(chosen) == ["a"]
    assert chosen["a"].roles == tuple(ModelRole)


async def test_a_wanted_model_that_is_not_configured_is_named_with_those_that_are():
    with pytest.raises(SettingsError, match=r"'bgi'.*'big'.*configured: big"):
        await choose({"big": settings("x")}, "bgi")


async def test_without_a_configuration_the_best_that_was_found_is_used():
    assert await choose(models=[found("x"), found("y")]) == {"x": settings("x")}


async def test_a_wanted_model_may_be_a_found_one():
    assert await choose(wanted="y", models=[found("x"), found("y")]) == {"y": settings("y")}
    with pytest.raises(SettingsError, match="found: x"):
        await choose(wanted="z", models=[found("x")])


async def test_without_any_model_it_says_what_to_do():
    with pytest.raises(ModelUnavailable, match="start Ollama"):
        await choose()


def provider(*models, error=None):
    class Fake(Provider):
        @classmethod
        async def discover(cls, environment):
            if error:
                raise error
            return models

        capabilities = stream = health = models = window = None

    Fake.__abstractmethods__ = frozenset()
    return Fake


async def test_a_running_server_comes_before_an_embedded_model():
    embedded = provider(found("embedded", FoundAs.EMBEDDED))
    running = provider(found("running"))

    models = await discover([embedded, running], ProviderEnvironment(Path()))

    assert [model.label for model in models] == ["running", "embedded"]


async def test_a_provider_that_breaks_while_looking_hides_no_other():
    models = await discover(
        [provider(error=RuntimeError("x")), provider(found("running"))], ProviderEnvironment(Path())
    )

    assert [model.label for model in models] == ["running"]
