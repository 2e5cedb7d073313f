"""Which model takes the work of one that is gone."""

from pathlib import Path

import pytest

from loom_core.contracts.provider import ModelServer, ProviderEnvironment
from loom_core.errors import ModelUnreachable
from loom_core.routing import Router
from loom_core.settings.shape import ModelSettings
from loom_core.testing import Script, ScriptedModel
from loom_core.types import Message, ModelRequest, ModelRole, Role

EXECUTOR = ModelRole.EXECUTOR
REQUEST = ModelRequest(messages=(Message(role=Role.USER, text="hi"),))


class Elsewhere(ScriptedModel):
    """A model on another machine."""

    server = ModelServer("https://models.example", is_local=False)


class Here(ScriptedModel):
    """A model on this machine."""

    server = ModelServer("http://127.0.0.1:1", is_local=True)


def two(first, second, **settings):
    kinds = {"first": first, "second": second}
    made = {}

    def load(name):
        def make(model, environment):
            errors = [ModelUnreachable("gone")] * 9 if name == "first" else ()
            made[name] = kinds[name](Script.always(name), errors=errors, settings=model)
            return made[name]

        return make

    models = {
        "first": ModelSettings(provider="first", model="one"),
        "second": ModelSettings(provider="second", model="two", tier=2, **settings),
    }
    return Router(models, load, ProviderEnvironment(Path()))


async def after_failure(routes):
    choice = await routes.choose(EXECUTOR)
    with pytest.raises(ModelUnreachable):
        await routes.complete(choice.route, REQUEST)
    return await routes.choose(EXECUTOR)


async def test_a_model_that_failed_is_stood_in_for_with_the_reason():
    choice = await after_failure(two(Here, Elsewhere, roles=[EXECUTOR]))

    assert choice.route.facts.name == "second"
    assert (choice.instead_of, choice.reason, choice.error) == (
        "first",
        "gone",
        "ModelUnreachable",
    )


async def test_work_of_a_local_model_does_not_leave_the_machine_unless_roles_are_named():
    choice = await after_failure(two(Here, Elsewhere))

    assert choice.route.facts.name == "first"
    assert not choice.instead_of


async def test_work_of_a_model_elsewhere_may_come_home():
    choice = await after_failure(two(Elsewhere, Here))

    assert choice.route.facts.name == "second"


async def test_what_may_not_be_stood_in_for_fails_with_its_own_error():
    routes = two(Here, Elsewhere)

    with pytest.raises(ModelUnreachable, match="gone"):
        await routes.choose(EXECUTOR, failed={"first": ModelUnreachable("gone")})


@pytest.mark.parametrize("tier", [2, 3])
async def test_a_retry_does_not_leave_the_machine_unless_roles_are_named(tier):
    choice = await two(Here, Elsewhere).choose(EXECUTOR, tier)

    assert choice.route.facts.name == "first"
    assert not choice.instead_of
    assert (
        await two(Here, Elsewhere, roles=[EXECUTOR]).route(EXECUTOR, tier)
    ).facts.name == "second"


async def test_a_retry_moves_up_among_models_of_one_side():
    assert (await two(Here, Here).route(EXECUTOR, 2)).facts.name == "second"
    assert (await two(Elsewhere, Elsewhere).route(EXECUTOR, 2)).facts.name == "second"


async def test_a_preferred_model_that_may_not_have_the_work_is_left_with_that_reason():
    choice = await two(Here, Elsewhere).choose(EXECUTOR, prefer="second")

    assert choice.route.facts.name == "first"
    assert choice.instead_of == "second"
    assert "roles" in choice.reason


async def test_beside_a_preferred_model_that_may_not_work_the_other_fails_with_its_own_error():
    with pytest.raises(ModelUnreachable, match="gone"):
        await two(Here, Elsewhere).choose(
            EXECUTOR, prefer="second", failed={"first": ModelUnreachable("gone")}
        )
