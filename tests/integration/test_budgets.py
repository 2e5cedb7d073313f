"""Three budgets with three outcomes: for thinking, for an answer, and for all of an attempt."""

import json

import pytest
from scenario import GOAL, done, says_hi, turns

from loom_core.testing import Reply, Rule
from loom_core.types import FinishReason

ONE_ATTEMPT = "[execution]\nmax_subtask_retries = 0"
THINKING = Reply(text="Well.", reasoning="I could do this or that, " * 100)


def said(server):
    return json.dumps([record.body["messages"] for record in server.requests])


@pytest.mark.parametrize("provider", ["openai_compatible", "ollama"])
def test_a_model_that_thinks_too_long_is_told_to_answer_at_once(place, provider):
    first, second = says_hi()
    server = place.serve(
        *turns(THINKING, first, second), provider=provider, max_reasoning_tokens=100
    )

    finished = place.work()

    assert finished.code == 0, finished.result
    assert "Answer at once" in said(server)
    assert "smaller pieces" not in said(server)


def test_an_answer_that_is_too_long_is_asked_for_in_smaller_pieces(place):
    first, second = says_hi()
    cut = first.model_copy(update={"finish_reason": FinishReason.LENGTH})
    server = place.serve(*turns(cut, first, second), max_tokens=500, max_reasoning_tokens=100)

    finished = place.work()

    assert finished.code == 0, finished.result
    assert "smaller pieces" in said(server)
    assert {record.body["max_tokens"] for record in server.requests} == {500}


def test_a_model_that_only_thinks_ends_the_attempt(place):
    place.serve(Rule(reply=THINKING), settings=ONE_ATTEMPT, max_reasoning_tokens=100)

    finished = place.work()

    assert set(finished.states().values()) == {"failed"}
    assert len(finished.of("ModelCallFinished")) <= 6


def test_an_attempt_that_took_more_than_all_its_tokens_is_stalled(place):
    usage = {"prompt_tokens": 900, "completion_tokens": 200}
    reply = Reply.model_validate({**Reply.calling("list_directory").model_dump(), "usage": usage})
    place.serve(
        Rule(reply=reply),
        settings=f"{ONE_ATTEMPT}\nmax_subtask_tokens = 1000",
    )

    finished = place.work()

    assert set(finished.states().values()) == {"stalled"}
    assert "1000 tokens" in json.dumps(finished.lines)


def test_the_report_says_how_often_each_models_answers_were_mended(place):
    nearly = Reply.calling("functions.Write-File", path="hello.txt", content="hi\n")
    place.serve(*turns(nearly, done()))

    finished = place.run("run", GOAL, "-w", place.workspace)

    assert finished.code == 0
    assert "small: 1 of 2 answers (50%)" in finished.stdout + finished.stderr
    assert "small: 1 of 2 answers (50%)" in place.run("status", "last").stdout
