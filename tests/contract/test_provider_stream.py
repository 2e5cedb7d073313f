"""What every provider's stream keeps to."""

import asyncio
import contextlib
import json
from contextlib import aclosing
from itertools import pairwise

import pytest

from loom_core.contracts.provider import Finished, ReasoningDelta, TextDelta
from loom_core.errors import BadOutput, ModelError
from loom_core.testing import FaultKind, Reply, Rule, Script, ScriptedCall, ServerFacts
from loom_core.types import FinishReason, Message, ModelRequest, Role, ToolSpec

LONG = "It was a dark and stormy night; the rain fell in torrents. " * 8
READ = ToolSpec(
    name="read_file",
    description="Gives the text of a file.",
    parameters={"type": "object", "properties": {"path": {"type": "string"}}},
)


def asking(text="Say something.", **kwargs):
    return ModelRequest(messages=(Message(role=Role.USER, text=text),), **kwargs)


async def test_stream_ends_with_exactly_one_finished(talker):
    items = [item async for item in talker.stream(asking(max_tokens=16))]

    finished = [item for item in items if isinstance(item, Finished)]
    assert len(finished) == 1
    assert items[-1] is finished[0]


async def test_deltas_concatenate_to_the_text(talker):
    items = [item async for item in talker.stream(asking(max_tokens=16))]

    text = "".join(item.text for item in items if isinstance(item, TextDelta))
    assert text
    assert text == items[-1].response.text


async def test_usage_counts_one_call(talker):
    usage = (await talker.complete(asking(max_tokens=16))).usage

    assert usage.calls == 1
    assert usage.prompt_tokens > 0
    assert usage.completion_tokens > 0
    assert 0 <= usage.cached_tokens <= usage.prompt_tokens


async def test_closing_twice_is_fine(talker):
    await talker.complete(asking(max_tokens=4))

    await talker.close()
    await talker.close()


async def test_capabilities_stay_the_same(talker):
    first = await talker.capabilities()

    assert first.slots >= 1
    assert await talker.capabilities() == first


async def test_an_answer_keeps_to_its_schema(talker):
    colour = {"type": "string", "maxLength": 12}
    schema = {"type": "object", "properties": {"colour": colour}, "required": ["colour"]}

    response = await talker.complete(asking(answer_schema=schema, max_tokens=64))

    assert isinstance(json.loads(response.text)["colour"], str)
    assert response.finish_reason is FinishReason.STOP


async def test_what_is_offered_can_be_asked_for(talker):
    health = await talker.health()
    models = await talker.models()

    assert health.is_ready, health.detail
    assert all(model.name for model in models)
    assert await talker.window() is None or await talker.window() >= 512
    assert await talker.count_tokens(asking().messages) > 0


async def test_a_cancelled_call_leaves_the_next_one_alone(talker):
    task = asyncio.create_task(talker.complete(asking("Count to a thousand.")))
    await asyncio.sleep(0.05)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):  # a scripted one may have ended already
        await task

    async with asyncio.timeout(30):  # a model that went on would hold its slot for minutes
        assert (await talker.complete(asking(max_tokens=4))).usage.calls == 1


async def test_reasoning_is_kept_verbatim_and_apart(subject):
    provider = subject.start(Script.always(Reply(text=LONG, reasoning=" Hm.\n\nWell… ")))

    items = [item async for item in provider.stream(asking())]

    response = items[-1].response
    assert response.reasoning == " Hm.\n\nWell… "
    assert response.text == LONG
    thoughts = "".join(item.text for item in items if isinstance(item, ReasoningDelta))
    assert thoughts == response.reasoning


async def test_text_of_every_script_survives(subject):
    text = 'naïve 雪 🙂 \\n \\u0041 "quoted" \u2028 end\n\ndata: [DONE]\n\n{"done": true}\n'
    provider = subject.start(Script.always(Reply(text=text, chunk_characters=1)))

    assert (await provider.complete(asking())).text == text


async def test_timings_are_measured(subject):
    provider = subject.start(Script.always(Reply(text=LONG, delay_seconds=0.05)))

    timings = (await provider.complete(asking())).timings

    assert 0.05 <= timings.first_token_seconds <= timings.total_seconds


async def test_answer_schema_reaches_the_model(subject):
    schema = {"type": "object", "properties": {"colour": {"type": "string", "maxLength": 20}}}
    rule = Rule(schema_text='"colour"', reply=Reply.answering({"colour": "blue"}))
    provider = subject.start(Script(rules=(rule,), default=Reply(text="no schema")))

    with_schema = await provider.complete(asking(answer_schema=schema))
    without = await provider.complete(asking())

    assert (await provider.capabilities()).answer_schema
    assert json.loads(with_schema.text) == {"colour": "blue"}
    assert without.text == "no schema"


async def test_tool_calls_come_with_ids_names_and_arguments(subject):
    calls = (
        ScriptedCall(name="read_file", arguments={"path": "naïve.txt", "line_start": 3}),
        ScriptedCall(name="read_file", arguments={}),
    )
    rule = Rule(offers_tool="read_file", reply=Reply(text="Reading.", tool_calls=calls))
    provider = subject.start(Script(rules=(rule,)))

    response = await provider.complete(asking(tools=(READ,)))

    assert response.finish_reason is FinishReason.TOOL_CALLS
    assert response.text == "Reading."
    assert [call.name for call in response.tool_calls] == ["read_file", "read_file"]
    assert json.loads(response.tool_calls[0].arguments) == {"path": "naïve.txt", "line_start": 3}
    assert json.loads(response.tool_calls[1].arguments) == {}
    ids = [call.id for call in response.tool_calls]
    assert all(ids)
    assert len(set(ids)) == len(ids)


async def test_ids_are_unique_over_a_conversation(subject):
    provider = subject.start(Script.always(Reply.calling("read_file", path="a")))
    request = asking(tools=(READ,))

    first = await provider.complete(request)
    second = await provider.complete(grown(request, first, "text of a"))

    assert first.tool_calls[0].id != second.tool_calls[0].id


async def test_length_is_never_a_normal_stop(subject):
    call = ScriptedCall(name="read_file", arguments={"path": "some/long/path.txt"})
    reply = Reply.failing(FaultKind.TRUNCATED_ARGUMENTS).model_copy(update={"tool_calls": (call,)})
    cut_text = Reply(text="It was a", finish_reason=FinishReason.LENGTH)
    provider = subject.start(Script.of(reply, cut_text))

    assert (await provider.complete(asking())).finish_reason is FinishReason.LENGTH
    assert (await provider.complete(asking())).finish_reason is FinishReason.LENGTH


@pytest.mark.parametrize("kind", [FaultKind.EMPTY_CHOICES, FaultKind.USAGE_ONLY])
async def test_hollow_pieces_do_no_harm(subject, kind):
    provider = subject.start(Script.always(Reply.failing(kind, text=LONG)))

    assert (await provider.complete(asking())).text == LONG


async def test_a_missing_end_is_an_error_or_nothing_is_missing(subject):
    provider = subject.start(Script.always(Reply.failing(FaultKind.NO_DONE, text=LONG)))

    try:
        response = await provider.complete(asking())
    except BadOutput:
        return
    assert response.text == LONG


async def test_an_empty_answer_is_an_answer(subject):
    provider = subject.start(Script.always(Reply()))

    response = await provider.complete(asking())

    assert response.text == ""
    assert response.finish_reason is FinishReason.STOP


async def test_calls_run_concurrently(subject):
    reply = Reply(text=LONG, delay_seconds=0.2)
    provider = subject.start(Script.always(reply), ServerFacts(slots=16))

    async with asyncio.timeout(2):  # one after the other they would take 3.2 s
        responses = await asyncio.gather(*(provider.complete(asking(str(n))) for n in range(16)))

    assert [response.text for response in responses] == [LONG] * 16


async def test_closed_provider_fails_typed_or_works_again(subject):
    provider = subject.start(Script.always(LONG))
    await provider.complete(asking())
    await provider.close()

    try:
        response = await provider.complete(asking())
    except ModelError:
        return
    assert response.text == LONG


async def test_closing_an_unused_provider_is_fine(subject):
    await subject.start(Script.always(LONG)).close()


async def test_request_n_plus_1_starts_with_request_n(subject):
    call = ScriptedCall(
        name="read_file", arguments='{"b": 1.50, "a": [1, {"z": null, "é": "\\u00e9"}]}'
    )
    reply = Reply(text="Let me see.", reasoning="I should look.", tool_calls=(call,))
    provider = subject.start(Script.always(reply))
    request = ModelRequest(
        messages=(
            Message(role=Role.SYSTEM, text="You are careful."),
            Message(role=Role.USER, text="Look at ünïcode."),
        ),
        tools=(READ,),
    )

    for turn in range(4):
        response = await provider.complete(request)
        request = grown(request, response, f"result {turn}")

    rendered = [[json.dumps(message) for message in messages] for messages in subject.sent]
    assert len(rendered) == 4
    for shorter, longer in pairwise(rendered):
        assert longer[: len(shorter)] == shorter
        assert len(longer) > len(shorter)


async def test_window_of_the_settings_wins(subject):
    if not subject.is_remote:
        pytest.skip("its window is an argument, not a setting")
    provider = subject.start(Script.always(LONG), context_window=2048)

    assert await provider.window() == 2048


async def test_leaving_a_stream_early_stops_the_server(subject):
    provider = subject.start(Script.always(Reply.failing(FaultKind.ENDLESS, text=LONG)))

    async with aclosing(provider.stream(asking())) as items:
        async for _ in items:
            break

    assert await subject.was_cancelled(lambda: asyncio.to_thread(subject.server.wait_for_cancelled))


def grown(request, response, result):
    """The next request of a conversation: the answer, and what its first call gave."""
    answer = Message(role=Role.TOOL, text=result, tool_call_id=response.tool_calls[0].id)
    return request.model_copy(
        update={"messages": (*request.messages, response.as_message(), answer)}
    )
