"""A model asks the user: only its subtask waits, for as long as it takes, and the answer is its result."""

import json
import os
import signal

import pytest
from scenario import BIG_GOAL, GOAL, done, part, planned, subtask, texts_of, turns, write
from terminal import Terminal

from loom_core.testing import Reply

ASKS = Reply.calling("ask_user", question="Which colour?", options=["red", "blue"])
ONE_SLOT = "[execution]\nmax_parallel_subtasks = 1\n"


def asks_then_writes(name="hello.txt"):
    return turns(ASKS, write(name, "hi\n"), done())


def tool_results(server):
    return [text for request in server.requests for text in texts_of(request.body, "tool")]


def test_without_anybody_to_ask_only_the_subtask_that_asks_waits(place):
    place.serve(
        *planned(subtask("a"), subtask("b"), subtask("c", "a")),
        *part("a", ASKS, write("a.txt", "a\n"), done()),
        *part("b", write("b.txt", "b\n"), done()),
        *part("c", write("c.txt", "c\n"), done()),
        settings=ONE_SLOT,
    )

    finished = place.work(BIG_GOAL)

    assert finished.code == 3
    assert finished.result["state"] == "waiting_approval"
    assert finished.states() == {"a": "waiting_approval", "b": "completed", "c": "pending"}
    assert place.files() == ["b.txt"]
    (asked,) = finished.result["questions"].values()
    assert asked == {"question": "Which colour?", "options": ["red", "blue"]}
    assert "asks: Which colour?" in finished.result["reason"]


def test_an_open_question_is_shown_and_survives_a_resume_without_asking_the_model_again(place):
    server = place.serve(*asks_then_writes())
    assert place.work().code == 3
    asked = len(server.requests)

    again = place.run("run", "--resume", "last", "--json")
    status = place.run("status", "last")
    listed = place.run("answer", "last")

    assert (again.code, again.result["state"]) == (3, "waiting_approval")
    assert len(server.requests) == asked
    assert [event["type"] for event in place.events()].count("QuestionAsked") == 1
    for shown in (status, listed):
        assert "Which colour?" in shown.stdout
        assert "2. blue" in shown.stdout
    assert "loom answer" in status.stdout


@pytest.mark.parametrize(("typed", "said"), [("2", "blue"), ("red", "red"), ("green", "green")])
def test_an_answer_from_another_process_is_the_result_of_the_tool(place, typed, said):
    server = place.serve(*asks_then_writes())
    assert place.work().code == 3

    answered = place.run("answer", "last", typed)
    resumed = place.run("run", "--resume", "last", "--json")

    assert answered.code == 0, answered.stderr
    assert f"is answered: {said}" in answered.stdout
    assert (resumed.code, resumed.result["state"]) == (0, "completed")
    assert any(text.startswith(f"The user answered: {said}") for text in tool_results(server))
    (given,) = [e["data"] for e in place.events() if e["type"] == "QuestionAnswered"]
    assert (given["answer"], given["by"]) == (said, "loom answer")


def test_a_retry_does_not_ask_again_what_was_answered(place):
    wrong = write("other.txt", "hi\n")
    server = place.serve(
        *turns(ASKS, wrong, done(), done(), done(), done(), done(), done(), done())
    )
    assert place.work().code == 3
    place.run("answer", "last", "blue")

    resumed = place.run("run", "--resume", "last", "--json")

    assert resumed.types.count("SubtaskStarted") > 0
    assert [event["type"] for event in place.events()].count("QuestionAsked") == 1
    assert [event["type"] for event in place.events()].count("SubtaskStarted") > 1
    assert sum("The user answered: blue" in text for text in tool_results(server)) > 1


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("last", "  "), "the answer is empty"),
        (("last", "x", "--question", "nonsense"), "does not wait for"),
        (("no-such-task", "x"), "no-such-task"),
    ],
)
def test_an_answer_that_cannot_be_taken_is_refused(place, arguments, problem):
    place.serve(*asks_then_writes())
    place.work()

    refused = place.run("answer", *arguments)

    assert refused.code == 2
    assert problem in refused.stderr
    assert "Which colour?" in place.run("answer", "last").stdout


def test_what_is_answered_is_not_answered_again(place):
    place.serve(*asks_then_writes())
    place.work()
    assert place.run("answer", "last", "1").code == 0

    assert place.run("answer", "last", "2").code == 2
    assert "asks nothing" in place.run("answer", "last").stdout


@pytest.mark.slow
def test_on_a_terminal_an_empty_answer_is_not_taken_and_a_number_picks_an_option(place):
    server = place.serve(*asks_then_writes())
    terminal = Terminal(place, "run", GOAL, "-w", place.workspace)

    terminal.read_until("answer: ")
    terminal.type("\n")
    terminal.read_until("please type an answer")
    terminal.read_until("answer: ", times=2)
    terminal.type("2\n")

    assert terminal.finish() == 0
    assert "2. blue" in terminal.shown
    assert any(text.startswith("The user answered: blue") for text in tool_results(server))


@pytest.mark.slow
def test_ctrl_c_at_a_question_keeps_it_for_the_resume(place):
    place.serve(*asks_then_writes())
    terminal = Terminal(place, "run", GOAL, "-w", place.workspace)
    terminal.read_until("answer: ")

    terminal.process.send_signal(signal.SIGINT)

    assert terminal.finish() == 130
    (item,) = json.loads(place.run("status", "last", "--json").stdout)["subtasks"]
    assert item["state"] == "waiting_approval"
    resumed = Terminal(place, "run", "--resume", "last")
    resumed.read_until("answer: ")
    resumed.type("red\n")
    assert resumed.finish() == 0


@pytest.mark.slow
def test_a_question_survives_a_kill(place):
    place.serve(*asks_then_writes())
    terminal = Terminal(place, "run", GOAL, "-w", place.workspace)
    terminal.read_until("answer: ")
    os.kill(terminal.process.pid, signal.SIGKILL)
    terminal.finish()

    assert place.run("answer", "last", "1").code == 0

    assert place.run("run", "--resume", "last").code == 0
    assert place.files() == ["hello.txt"]


@pytest.mark.slow
def test_another_process_answers_while_the_terminal_asks(place):
    place.serve(*asks_then_writes())
    terminal = Terminal(place, "run", GOAL, "-w", place.workspace)
    terminal.read_until("answer: ")

    answered = place.run("answer", "last", "blue")

    assert answered.code == 0, answered.stderr
    assert terminal.finish() == 0
    assert "answered by loom answer: blue" in terminal.shown


@pytest.mark.slow
def test_the_end_of_input_leaves_a_question_open(place):
    place.serve(*asks_then_writes())
    terminal = Terminal(place, "run", GOAL, "-w", place.workspace)
    terminal.read_until("answer: ")

    terminal.type("\x04")

    assert terminal.finish() == 3
    assert "Which colour?" in place.run("answer", "last").stdout


def test_time_limits_stand_still_while_a_question_is_open(place):
    """The attempt may take a second; the person takes two."""
    place.serve(*asks_then_writes(), settings="[execution]\nsubtask_timeout_seconds = 1.5\n")
    terminal = Terminal(place, "run", GOAL, "-w", place.workspace)
    terminal.read_until("answer: ")
    with pytest.raises(AssertionError):  # it is not shown: nothing happens meanwhile
        terminal.read_until("no end within", seconds=2.0)

    terminal.type("red\n")

    assert terminal.finish() == 0
    assert "no end within" not in terminal.shown
