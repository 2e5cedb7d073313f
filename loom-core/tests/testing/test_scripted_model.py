import asyncio

import pytest

from loom_core.contracts.provider import Capabilities
from loom_core.errors import ModelOverloaded, ModelUnreachable, RequestRejected
from loom_core.testing import Reply, Rule, Script, ScriptedModel
from loom_core.types import Message, ModelRequest, Role


@pytest.fixture
def anyio_backend():
    return "asyncio"


def asking(text="hi"):
    return ModelRequest(messages=(Message(role=Role.USER, text=text),))


async def test_requests_are_recorded_in_order():
    model = ScriptedModel(Script.always("yes"))

    await model.complete(asking("one"))
    await model.complete(asking("two"))

    assert [request.messages[0].text for request in model.requests] == ["one", "two"]


async def test_errors_come_first_and_leave_the_script_alone():
    model = ScriptedModel(Script.of("first"), errors=[ModelUnreachable("down")])

    with pytest.raises(ModelUnreachable, match="down"):
        await model.complete(asking())
    assert (await model.complete(asking())).text == "first"


async def test_nothing_to_say_is_a_rejected_request():
    model = ScriptedModel(Script(rules=(Rule(first_user="other", reply=Reply()),)))

    with pytest.raises(RequestRejected, match="no rule"):
        await model.complete(asking())


async def test_capabilities_and_window_are_what_it_was_made_with():
    claimed = Capabilities(native_tools=False, answer_schema=False)
    model = ScriptedModel(Script.always("x"), capabilities=claimed, window=None)

    assert await model.capabilities() == claimed
    assert await model.window() is None


async def test_delay_is_before_the_answer_and_can_be_cancelled():
    model = ScriptedModel(Script.always("x"), delay_seconds=60)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await model.complete(asking())
    assert model.cancelled == model.requests


async def test_repeated_prompt_is_reported_as_cached():
    model = ScriptedModel(Script.always("x"))
    request = asking("a long prompt " * 20)

    first = await model.complete(request)
    second = await model.complete(request)

    assert first.usage.cached_tokens == 0
    assert second.usage.cached_tokens > 0.9 * second.usage.prompt_tokens


async def test_overload_carries_retry_after():
    model = ScriptedModel(Script.always(Reply.status(503, Retry_After="1.5")))

    with pytest.raises(ModelOverloaded) as caught:
        await model.complete(asking())
    assert caught.value.retry_after_seconds == 1.5


async def test_closed_model_says_so():
    model = ScriptedModel(Script.always("x"))
    await model.close()

    assert model.is_closed
    assert not (await model.health()).is_ready
