"""What a model that stands in for another one is asked."""

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from loom_core.contracts.provider import ProviderEnvironment
from loom_core.engine.calls.model_calls import Asked, ModelCalls
from loom_core.engine.spending import Spending
from loom_core.errors import ConversationLost, ModelNotFound, ModelUnreachable
from loom_core.events import ModelCallFailed
from loom_core.routing import Router
from loom_core.settings.shape import ModelSettings
from loom_core.testing import Script, ScriptedModel
from loom_core.types import Message, ModelRole, Role

EXECUTOR = ModelRole.EXECUTOR
SHORT = Asked((Message(role=Role.USER, text="x" * 3000),))
LONG = Asked((*SHORT.messages, Message(role=Role.USER, text="y" * 60_000)))


class Records:
    """A journal of one attempt that has nothing recorded."""

    attempt = 1
    beginning = None

    def __init__(self):
        self.written = []

    def next_step(self):
        return len(self.written) + 1

    def finished(self, step):
        return None

    def failure(self, step):
        return None

    def write(self, *bodies):
        self.written.extend(bodies)

    async def require_claim(self):
        """Nobody else has it."""

    async def commit(self, *bodies):
        self.write(*bodies)


def calls(*, errors=(), small_window=2048):
    def load(name):
        return lambda settings, environment: ScriptedModel(
            Script.always(name), errors=errors if name == "big" else (), settings=settings
        )

    models = {
        "big": ModelSettings(
            provider="big", model="big", context_window=32_768, roles=("executor",)
        ),
        "small": ModelSettings(
            provider="small",
            model="small",
            tier=2,
            context_window=small_window,
            roles=("executor",),
        ),
    }
    return ModelCalls(
        SimpleNamespace(
            router=Router(models, load, ProviderEnvironment(Path())),
            detours={},
            hear=lambda piece: None,
            spending=Spending(),
        ),
        Records(),
        tier=1,
        urgency=0,
        take_a_break=nullcontext,
        count=lambda response: None,
    )


GONE = [ModelUnreachable("gone")] * 9


async def test_a_stand_in_is_not_asked_what_grew_beyond_its_window():
    asking = calls(errors=GONE)
    asking.stay_with("big")

    assert (await asking.ask(EXECUTOR, SHORT)).text == "small"
    with pytest.raises(ConversationLost, match=r"'big'.*'small'.*2048"):
        await asking.ask(EXECUTOR, LONG)


async def test_a_stand_in_goes_on_with_what_it_can_take():
    asking = calls(errors=GONE, small_window=32_768)
    asking.stay_with("big")

    assert (await asking.ask(EXECUTOR, SHORT)).text == "small"
    assert (await asking.ask(EXECUTOR, LONG)).text == "small"


async def test_the_model_that_a_conversation_was_begun_with_is_asked_as_it_is():
    asking = calls()
    asking.stay_with("small")

    assert (await asking.ask(EXECUTOR, LONG)).text == "small"


async def test_a_call_that_no_model_can_take_leaves_a_record():
    asking = calls(errors=GONE)
    asking.stay_with("big")
    await asking.ask(EXECUTOR, SHORT)

    with pytest.raises(ConversationLost):
        await asking.ask(EXECUTOR, LONG)

    last = asking._journal.written[-1]
    assert isinstance(last, ModelCallFailed)
    assert (last.model, last.error, last.role) == ("small", "ConversationLost", EXECUTOR)


async def test_a_role_that_nobody_has_leaves_a_record_too():
    asking = calls()

    with pytest.raises(ModelNotFound):
        await asking.ask(ModelRole.VERIFIER, SHORT)

    (record,) = asking._journal.written
    assert (record.model, record.error) == ("", "ModelNotFound")
    assert "verifier" in record.message


async def test_an_error_that_a_call_left_is_not_recorded_twice():
    asking = calls(errors=GONE, small_window=32_768)
    asking._scope.router.models["small"] = asking._scope.router.models["small"].model_copy(
        update={"roles": ()}
    )

    with pytest.raises(ModelUnreachable):
        await asking.ask(EXECUTOR, SHORT)

    failed = [body for body in asking._journal.written if isinstance(body, ModelCallFailed)]
    assert [body.model for body in failed] == ["big"]
