"""Every way of writing actions, from the goal to the file, through the real entry point."""

import json
from itertools import pairwise

import pytest
from scenario import ACTION_GOAL, done, model, turns, write

from loom_core.testing import FaultKind, Reply, Rule, Script, ServerFacts, ServerKind
from loom_core.types import FinishReason


def block(name, **parameters):
    lines = [f"<parameter={key}>\n{value}\n</parameter>\n" for key, value in parameters.items()]
    return Reply(text=f"<function={name}>\n{''.join(lines)}</function>")


DONE = Reply.answering({"tool": "complete", "summary": "did it"})
WRITTEN = Reply.answering({"tool": "write_file", "path": "hello.txt", "content": "hi\n"})
REPLIES = {
    "native": (write("hello.txt", "hi\n"), done()),
    "json_action": (WRITTEN, DONE),
    "two_stage": (
        Reply.answering({"next": "write_file"}),
        WRITTEN,
        Reply.answering({"next": "complete"}),
        DONE,
    ),
    "text_blocks": (
        block("write_file", path="hello.txt", content="hi\n"),
        block("complete", summary="did it"),
    ),
}


def executed(finished):
    """How often the executor was asked."""
    return sum(call["role"] == "executor" for call in finished.of("ModelCallFinished"))


PROVIDERS = ["anthropic", "ollama", "openai_compatible"]


@pytest.mark.parametrize("dialect", REPLIES)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_goal_is_reached_in_every_dialect(place, provider, dialect):
    place.serve(*turns(*REPLIES[dialect]), provider=provider, dialect=dialect)

    finished = place.work(ACTION_GOAL)

    assert finished.code == 0, finished.stderr
    assert place.read("hello.txt") == "hi\n"
    assert executed(finished) == len(REPLIES[dialect])
    assert finished.of("ReplyRepaired") == []
    assert [event["dialect"] for event in finished.of("PromptAssembled")] == [dialect]


@pytest.mark.parametrize("dialect", REPLIES)
def test_a_conversation_only_grows_in_every_dialect(place, dialect):
    server = place.serve(*turns(*REPLIES[dialect]), dialect=dialect)

    place.work(ACTION_GOAL)

    calls = len(REPLIES[dialect])  # others review what came of it
    sent = [record.body["messages"] for record in server.requests[:calls]]
    for shorter, longer in pairwise(sent):
        assert longer[: len(shorter)] == shorter


@pytest.mark.parametrize("dialect", REPLIES)
def test_nothing_of_an_answer_that_was_cut_off_runs(place, dialect):
    cut = REPLIES[dialect][0].model_copy(update={"finish_reason": FinishReason.LENGTH})
    place.serve(Rule(reply=cut), settings="[execution]\nmax_subtask_retries = 0", dialect=dialect)

    finished = place.work(ACTION_GOAL)

    assert set(finished.states().values()) == {"failed"}
    assert finished.of("ToolCallStarted") == []
    assert not (place.workspace / "hello.txt").exists()


@pytest.mark.parametrize("dialect", ["two_stage", "text_blocks"])
def test_a_failing_check_sends_a_claim_back(place, dialect):
    early, *rest = REPLIES[dialect][-1], *REPLIES[dialect]
    replies = (early, *rest)
    place.serve(*turns(*replies), dialect=dialect)

    finished = place.work(ACTION_GOAL)

    assert finished.code == 0
    assert place.read("hello.txt") == "hi\n"


def test_two_stages_ask_for_a_name_and_then_for_the_arguments_of_that_tool_only(place):
    server = place.serve(*turns(*REPLIES["two_stage"]), dialect="two_stage")

    place.work(ACTION_GOAL)

    first, second = (
        record.body["response_format"]["json_schema"]["schema"] for record in server.requests[:2]
    )
    assert list(first["properties"]) == ["next"]
    assert "write_file" in first["properties"]["next"]["enum"]
    assert second["properties"]["tool"] == {"const": "write_file"}
    assert server.requests[1].body["messages"][-1]["content"].startswith("Write the call:")


def test_choosing_again_and_again_ends_the_attempt(place):
    place.serve(
        Rule(reply=Reply.answering({"next": "write_file"})),
        settings="[execution]\nmax_subtask_retries = 0",
        dialect="two_stage",
    )

    finished = place.work(ACTION_GOAL)

    assert set(finished.states().values()) == {"failed"}
    assert 2 <= len(finished.of("ModelCallFinished")) <= 12
    assert "Begin again" in json.dumps(finished.of("NudgeSent"))


def test_a_choice_takes_none_of_the_bounded_calls(place):
    place.serve(
        *turns(*REPLIES["two_stage"]),
        settings="[execution]\nmax_subtask_iterations = 2",
        dialect="two_stage",
    )

    assert executed(place.work(ACTION_GOAL)) == 4


@pytest.mark.parametrize(
    ("kind", "is_sent"), [(ServerKind.LLAMA_SERVER, True), (ServerKind.VLLM, False)]
)
def test_blocks_are_enforced_by_a_grammar_where_the_server_takes_one(place, kind, is_sent):
    server = place.serve(
        *turns(*REPLIES["text_blocks"]), dialect="text_blocks", facts=ServerFacts(kind=kind)
    )

    assert place.work(ACTION_GOAL).code == 0
    bodies = [record.body for record in server.requests[:2]]
    assert ["grammar" in body for body in bodies] == [is_sent, is_sent]
    assert all("response_format" not in body for body in bodies)
    if is_sent:
        assert '"<function=write_file>\\n"' in bodies[0]["grammar"]


def test_a_server_that_refuses_a_grammar_is_asked_without_it(place):
    refused = Reply.status(400, '{"error": {"message": "Failed to parse grammar"}}')
    first, *rest = REPLIES["text_blocks"]
    script = (refused, first, *rest)
    server = place.listen(Script.of(*script), ServerFacts(kind=ServerKind.LLAMA_SERVER))
    place.configure(small=model(server.url, dialect="text_blocks"))

    assert place.work(ACTION_GOAL).code == 0
    assert ["grammar" in record.body for record in server.requests[:3]] == [True, False, False]


def test_a_run_that_was_stopped_between_two_stages_goes_on(place):
    stall = Rule(turn=1, reply=Reply.failing(FaultKind.SILENT))
    place.serve(
        *turns(Reply.answering({"next": "write_file"})),
        stall,
        dialect="two_stage",
        first_token_timeout_seconds=0.3,
        settings="[execution]\nmax_subtask_retries = 0",
    )
    stopped = place.work(ACTION_GOAL)
    place.serve(*turns(*REPLIES["two_stage"]), dialect="two_stage")

    finished = place.run("run", "--resume", stopped.result["task_id"], "--json")

    assert finished.code == 0, finished.stderr
    assert place.read("hello.txt") == "hi\n"
    assert executed(finished) == 3, "the choice was recorded"
