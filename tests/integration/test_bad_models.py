"""Models and servers that misbehave: each run ends in a defined state, with the reason."""

import pytest
from scenario import GOAL, done, model, says_hi, texts_of, turns, write

from loom_core.testing import FaultKind, Reply, Rule, Script, ScriptedCall, ServerFacts

ONE_ATTEMPT = "[execution]\nmax_subtask_retries = 0\nmax_replans = 0\n"


def is_defined(finished, reason):
    """Whether a run failed in good order, saying why."""
    result = finished.result
    assert (finished.code, result["state"]) == (1, "failed"), result
    assert reason in result["reason"]
    assert result["advice"]
    assert finished.types[-1] == "TaskFailed"
    assert "Traceback" not in finished.stderr
    return True


@pytest.mark.parametrize("provider", ["openai_compatible", "ollama"])
@pytest.mark.parametrize(
    "text", ["", "   \n", "blah blah", '{"color": "red"}', "[1, 2, 3]", "{{{{"]
)
def test_a_model_that_only_talks_ends_after_two_nudges(place, provider, text):
    server = place.serve(Rule(reply=Reply(text=text)), settings=ONE_ATTEMPT, provider=provider)

    finished = place.work()

    assert len(server.requests) == 3
    assert len(finished.of("NudgeSent")) == 2
    assert is_defined(finished, "hello.txt")
    assert place.files() == []


@pytest.mark.parametrize("provider", ["openai_compatible", "ollama"])
def test_a_call_that_was_cut_off_never_runs(place, provider):
    cut = Reply(
        tool_calls=(
            ScriptedCall(name="write_file", arguments={"path": "hello.txt", "content": "hi"}),
        ),
        fault={"kind": FaultKind.TRUNCATED_ARGUMENTS},
    )
    server = place.serve(Rule(reply=cut), settings=ONE_ATTEMPT, provider=provider)

    finished = place.work()

    assert is_defined(finished, "cut off")
    assert len(server.requests) == 5
    assert not {"ToolCallStarted", "ToolCallFinished"} & set(finished.types)
    assert place.files() == []


def test_a_whole_call_in_an_answer_that_was_cut_off_does_not_run_either(place):
    call = ScriptedCall(name="write_file", arguments={"path": "hello.txt", "content": "hi"})
    place.serve(Rule(reply=Reply(tool_calls=(call,), finish_reason="length")), settings=ONE_ATTEMPT)

    finished = place.work()

    assert is_defined(finished, "cut off")
    assert place.files() == []


def test_a_model_recovers_from_one_answer_that_was_cut_off(place):
    cut = Reply(
        tool_calls=(ScriptedCall(name="write_file", arguments={"path": "a", "content": "b"}),),
        fault={"kind": FaultKind.TRUNCATED_ARGUMENTS},
    )
    server = place.serve(*turns(cut, *says_hi()))

    assert place.work().code == 0

    assert place.files() == ["hello.txt"]
    assert "cut off" in texts_of(server.requests[1].body, "user")[-1]


def test_truncated_json_in_the_json_dialect_never_runs(place):
    text = '{"tool": "write_file", "path": "hello.txt", "content": "hi and then so'
    place.serve(
        Rule(reply=Reply(text=text, finish_reason="length")),
        settings=ONE_ATTEMPT,
        dialect="json_action",
    )

    finished = place.work()

    assert is_defined(finished, "cut off")
    assert place.files() == []


def test_an_unknown_tool_is_named_with_the_ones_that_there_are(place):
    unknown = Reply.calling("summon_file", path="hello.txt")
    server = place.serve(Rule(reply=unknown), settings=ONE_ATTEMPT)

    finished = place.work()

    assert is_defined(finished, "could not be read")
    told = texts_of(server.requests[1].body, "tool")[0]
    assert "no tool 'summon_file'" in told
    assert "write_file" in told
    assert "ToolCallStarted" not in finished.types


def test_a_tool_name_that_is_nearly_right_is_repaired_and_said(place):
    place.serve(
        *turns(Reply.calling("functions.Write-File", path="hello.txt", content="hi\n"), done())
    )

    finished = place.work()

    assert finished.code == 0
    assert "write_file" in finished.of("ReplyRepaired")[0]["repairs"][0]


@pytest.mark.parametrize("dialect", ["native", "json_action"])
def test_a_call_written_as_text_is_read(place, dialect):
    text = (
        "<think>a file it is</think>Here you are:\n```json\n"
        '{"tool": "write_file", "path": "hello.txt", "content": "hi\\n"}\n```'
    )
    place.serve(
        Rule(turn=0, reply=Reply(text=text)),
        Rule(turn=1, reply=Reply.answering({"tool": "complete", "summary": "x"})),
        dialect=dialect,
    )

    finished = place.work()

    assert finished.code == 0
    assert place.read("hello.txt") == "hi\n"


@pytest.mark.parametrize("provider", ["openai_compatible", "ollama"])
def test_an_endless_answer_is_stopped_by_its_limit(place, provider):
    endless = Reply(
        text="more and more ", fault={"kind": FaultKind.ENDLESS}, chunk_delay_seconds=0.001
    )
    server = place.serve(
        Rule(reply=endless),
        settings=ONE_ATTEMPT + "subtask_timeout_seconds = 0.5",
        provider=provider,
    )

    finished = place.work()

    assert is_defined(finished, "within 0.5 s")
    assert finished.states() == {"goal": "stalled"}
    assert server.wait_for_cancelled(1, 5)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Reply.failing(FaultKind.SILENT), "s"),
        (Reply.failing(FaultKind.STALL, after_frames=1, text="on its way to nowhere"), "s"),
    ],
)
def test_a_silent_server_pauses_the_task_within_its_limit(place, fault, reason):
    place.serve(
        Rule(reply=fault),
        settings=ONE_ATTEMPT,
        first_token_timeout_seconds=0.3,
        token_timeout_seconds=0.3,
    )

    finished = place.work()

    assert finished.result["state"] == "paused"
    assert finished.code == 3
    assert finished.of("ModelCallFailed")[0]["error"] == "ModelTimeout"
    assert "--resume" in str(finished.result["next"])


@pytest.mark.parametrize("kind", [FaultKind.CUT, FaultKind.GARBAGE, FaultKind.ERROR_IN_STREAM])
@pytest.mark.parametrize("provider", ["openai_compatible", "ollama"])
def test_a_broken_stream_ends_defined_and_runs_nothing(place, provider, kind):
    broken = Reply(
        tool_calls=(
            ScriptedCall(name="write_file", arguments={"path": "hello.txt", "content": "h" * 500}),
        ),
        fault={"kind": kind, "after_frames": 1},
    )
    place.serve(Rule(reply=broken), settings=ONE_ATTEMPT, provider=provider)

    finished = place.work()

    assert finished.result["state"] in {"failed", "paused"}
    assert finished.code in {1, 3}
    assert finished.result["reason"]
    assert "ModelCallFailed" in finished.types
    assert place.files() == []


def test_a_server_error_is_repaired_by_trying_again(place):
    server = place.listen(Script(sequence=(Reply.status(500), *says_hi())))
    place.configure(small=model(server.url))

    finished = place.work()

    assert finished.code == 0
    assert [record.status for record in server.requests][:2] == [500, 200]


def test_an_overloaded_server_is_asked_again_when_it_says(place):
    server = place.listen(Script(sequence=(Reply.status(429, retry_after="0"), *says_hi())))
    place.configure(small=model(server.url))

    finished = place.work()

    assert finished.code == 0
    assert finished.types.count("SubtaskStarted") == 1
    assert len(server.requests) == 3


def test_a_model_that_uses_too_many_tokens_is_stalled(place):
    thirsty = Reply(
        tool_calls=(ScriptedCall(name="list_directory", arguments={}),),
        usage={"prompt_tokens": 900, "completion_tokens": 200},
    )
    place.serve(Rule(reply=thirsty), settings=ONE_ATTEMPT + "max_subtask_tokens = 1000")

    finished = place.work()

    assert is_defined(finished, "1000 tokens")
    assert finished.states() == {"goal": "stalled"}


def test_a_prompt_that_cannot_fit_is_refused_before_it_is_sent(place):
    server = place.serve(
        Rule(reply=done()),
        settings=ONE_ATTEMPT,
        facts=ServerFacts(window=512),
        dialect="json_action",
    )

    finished = place.work(GOAL + " and " + "greets everybody " * 15)

    assert finished.code == 1
    assert "window of 512" in finished.result["reason"]
    assert server.requests == []


def test_a_tool_that_refuses_does_not_end_the_run(place):
    (place.workspace / "hello.txt").write_text("somebody's work\n")
    server = place.serve(
        *turns(
            write("../outside.txt", "x"),
            Reply.calling("read_file", path="hello.txt"),
            *says_hi(),
        )
    )

    finished = place.work()

    assert finished.code == 0
    assert not (place.root / "outside.txt").exists()
    assert "Error" in texts_of(server.requests[1].body, "tool")[0]
