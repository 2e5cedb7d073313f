"""Results that must be worked out: a program makes them, and other programs have to agree."""

import pytest
from scenario import model, texts_of

from loom_core.testing import Reply, Script

GOAL = "Count the lines of app.log that contain ERROR and put the number into count.txt."
RIGHT = "print(sum('ERROR' in line for line in open('app.log')), file=open('count.txt', 'w'))"
WRONG = "print(len(open('app.log').readlines()), file=open('count.txt', 'w'))"
PRINTS = "print(sum('ERROR' in line for line in open('app.log')))"
WORDY = "print('There are', 2, file=open('count.txt', 'w'))"
BROKEN = "print(undefined)"
SETTINGS = "[execution]\nmax_subtask_retries = {retries}\nmax_replans = 0"


@pytest.fixture
def count(place, sandboxed):
    """Runs the goal with a small model that answers with these programs, one after the other."""
    (place.workspace / "app.log").write_text("ERROR a\nINFO b\nERROR c\nWARN d\n")

    def run(*codes, retries=0, dialect="json_action"):
        replies = [code if isinstance(code, Reply) else f"```python\n{code}\n```" for code in codes]
        server = place.listen(Script.of(*replies))
        settings = SETTINGS.format(retries=retries)
        place.configure(settings, small=model(server.url, dialect=dialect))
        return place.work(GOAL), server

    return run


def test_a_program_makes_the_file_and_two_others_confirm_it(count, place):
    finished, server = count(RIGHT, RIGHT, PRINTS)

    assert finished.code == 0
    assert place.read("count.txt").strip() == "2"
    assert place.files() == ["app.log", "count.txt"]
    asked = [texts_of(request.body, "user")[-1] for request in server.requests]
    assert len(set(asked)) == 3
    (call,) = finished.of("ToolCallFinished")
    assert call["tool"] == "shell_execute"


def test_what_a_program_only_prints_goes_into_the_file(count, place):
    finished, _ = count(PRINTS, RIGHT, RIGHT)

    assert finished.code == 0
    assert place.read("count.txt").strip() == "2"


@pytest.mark.parametrize("bad", [BROKEN, WORDY, Reply(text="")])
def test_a_program_that_did_not_do_it_is_corrected_with_what_was_wrong(count, bad):
    finished, server = count(bad, RIGHT, RIGHT, RIGHT)

    assert finished.code == 0
    assert "That was not right" in texts_of(server.requests[1].body, "user")[-1]


def test_a_number_that_others_do_not_get_is_no_success(count, place):
    finished, _ = count(WRONG, RIGHT, RIGHT, RIGHT)

    assert finished.code == 1
    assert "other" in finished.result["reason"] or "anew" in finished.result["reason"]


def test_the_next_attempt_runs_a_program_that_the_others_agree_with(count, place):
    finished, server = count(WRONG, *[RIGHT] * 5, retries=1)

    assert finished.code == 0
    assert place.read("count.txt").strip() == "2"
    assert finished.types.count("SubtaskStarted") == 2
    assert len(server.requests) == 6  # none for another program to count with


def test_a_number_that_was_outvoted_does_not_pass_when_it_is_offered_again(count):
    finished, server = count(WRONG, *[RIGHT] * 3, *[WRONG] * 5, retries=2)

    assert "TaskCompleted" not in finished.types
    assert len(server.requests) == 7


def test_without_agreement_a_human_decides(count):
    finished, _ = count(RIGHT, BROKEN, BROKEN, BROKEN)

    assert finished.result["state"] == "waiting_approval"


def test_a_resumed_attempt_goes_on_by_programs_whatever_the_model_is_now(count, place):
    paused, _ = count(BROKEN)  # and then the server has nothing to say
    server = place.listen(Script.of(*[f"```python\n{RIGHT}\n```"] * 3))
    place.configure(small=model(server.url, dialect="native"))

    resumed = place.run("run", "--resume", "last", "--json")

    assert paused.result["state"] == "paused"
    assert resumed.code == 0
    assert "That was not right" in texts_of(server.requests[0].body, "user")[-1]


def test_a_long_failure_is_cut_to_what_the_window_takes(count):
    flood = "print('x' * 200_000); raise SystemExit(1)"

    _, server = count(flood, RIGHT, RIGHT, RIGHT)

    assert len(texts_of(server.requests[1].body, "user")[-1]) < 40_000


def test_a_model_that_calls_tools_by_itself_is_not_made_to_write_programs(count):
    command = "grep -c ERROR app.log > count.txt"
    finished, server = count(
        Reply.calling("shell_execute", command=command),
        Reply.calling("complete", summary="counted"),
        RIGHT,
        RIGHT,
        dialect="native",
    )

    assert finished.code == 0
    assert "Write a Python program" not in texts_of(server.requests[0].body, "user")[-1]
