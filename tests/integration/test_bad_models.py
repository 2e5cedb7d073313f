"""Models and servers that misbehave: each run ends in a defined state, with the reason."""

import os

import pytest
from scenario import ACTION_GOAL, LIMIT_SECONDS, done, model, says_hi, texts_of, turns, write

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


@pytest.mark.parametrize("provider", ["openai_compatible", "anthropic"])
def test_an_answer_that_was_refused_ends_the_attempt_and_runs_nothing(place, provider):
    call = ScriptedCall(name="write_file", arguments={"path": "hello.txt", "content": "hi"})
    refused = Reply(text="I will not.", tool_calls=(call,), finish_reason="refused")
    server = place.serve(Rule(reply=refused), settings=ONE_ATTEMPT, provider=provider)

    finished = place.work()

    assert is_defined(finished, "refused to answer: I will not.")
    assert finished.of("ModelCallFailed")[0]["error"] == "ModelRefused"
    assert len(server.requests) == 1
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

    finished = place.work(ACTION_GOAL)

    assert finished.code == 0
    assert place.read("hello.txt") == "hi\n"


@pytest.mark.parametrize("provider", ["openai_compatible", "ollama"])
def test_an_endless_answer_is_stopped_by_its_limit(place, provider):
    endless = Reply(
        text="more and more ", fault={"kind": FaultKind.ENDLESS}, chunk_delay_seconds=0.01
    )
    server = place.serve(
        Rule(reply=endless),
        settings=ONE_ATTEMPT + "subtask_timeout_seconds = 2",
        provider=provider,
    )

    finished = place.work()

    assert is_defined(finished, "within 2 s")
    assert finished.states() == {"goal": "stalled"}
    assert server.wait_for_cancelled(1, LIMIT_SECONDS)


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

    finished = place.work(ACTION_GOAL + " and " + "greets everybody " * 15)

    assert finished.code == 1
    assert "window of 512" in finished.result["reason"]
    assert server.requests == []


def test_a_long_result_is_cut_to_a_share_of_the_window(place):
    lines = "".join(f"line {number} of many\n" for number in range(1000))
    (place.workspace / "long.txt").write_text(lines)
    read = Reply.calling("read_file", path="long.txt")
    server = place.serve(*turns(read, *says_hi()), context_window=4096)

    assert place.work().code == 0

    (result,) = texts_of(server.requests[1].body, "tool")
    assert "line 1 of many" in result
    assert "ask for a smaller part" in result
    assert len(result) < 4096 / 4 * 3.2 + 500  # and the reminder


def test_an_exchange_that_outgrows_the_window_is_not_sent(place):
    names = [f"{number}.txt" for number in range(9)]
    for name in names:
        (place.workspace / name).write_text(f"{name} says\n" + "some words on a line\n" * 400)
    calls = [ScriptedCall(name="read_file", arguments={"path": name}) for name in names]
    server = place.serve(
        *turns(Reply(tool_calls=tuple(calls))), settings=ONE_ATTEMPT, context_window=4096
    )

    finished = place.work()

    assert is_defined(finished, "window of 4096")
    assert len(server.requests) == 1


@pytest.mark.parametrize("end", ["complete", "blocked"])
def test_every_call_of_a_reply_is_answered_when_an_end_among_them_is_refused(place, end):
    argument = {"complete": "summary", "blocked": "reason"}[end]
    server = place.serve(
        *turns(
            write("other.txt", "x"),
            Reply(
                tool_calls=(
                    ScriptedCall(id="one", name=end, arguments={argument: "over"}),
                    ScriptedCall(id="two", name="list_directory", arguments={}),
                    ScriptedCall(id="three", name="complete", arguments={"summary": "over"}),
                )
            ),
            *says_hi(),
        )
    )

    finished = place.work()

    assert finished.code == 0, finished.result
    answers = {
        message["tool_call_id"]: message["content"]
        for message in server.requests[2].body["messages"]
        if message["role"] == "tool"
    }
    assert {"one", "two", "three"} <= set(answers)
    assert answers["two"].startswith("Not run:")
    assert answers["three"].startswith("Not run:")


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


@pytest.mark.parametrize("dialect", ["native", "json_action"])
def test_half_a_character_in_an_answer_is_replaced(place, dialect):
    content = r'{"tool": "write_file", "path": "hello.txt", "content": "hi \ud83d"}'
    escaped = Reply(text=content)
    if dialect == "native":
        arguments = r'{"path": "hello.txt", "content": "hi \ud83d"}'
        escaped = Reply(tool_calls=(ScriptedCall(name="write_file", arguments=arguments),))
    summary = r'"summary": "did it \ud83d"'
    claim = Reply(text=f'{{"tool": "complete", {summary}}}')
    if dialect == "native":
        claim = Reply(tool_calls=(ScriptedCall(name="complete", arguments=f"{{{summary}}}"),))
    again = "```\nhi \N{REPLACEMENT CHARACTER}\n```"  # written anew, after two examples, it says the same
    place.serve(
        Rule(anywhere="box.json", reply=Reply(text=again)), *turns(escaped, claim), dialect=dialect
    )

    finished = place.work(ACTION_GOAL)

    assert (finished.code, finished.result["state"]) == (0, "completed")
    assert place.read("hello.txt") == "hi \N{REPLACEMENT CHARACTER}"
    assert finished.result["summary"] == "did it \N{REPLACEMENT CHARACTER}"


def test_a_file_whose_name_is_no_text_does_not_end_the_run(place):
    (place.workspace / os.fsdecode(b"bad\xff.txt")).write_text("x")
    look = Reply.calling("list_directory", path=".")
    place.serve(*turns(look, Reply.calling("search_files", pattern="x"), *says_hi()))

    finished = place.work()

    assert (finished.code, finished.result["state"]) == (0, "completed")
