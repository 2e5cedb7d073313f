"""What ``loom list``, ``status`` and ``events`` tell of a run, and what a run writes where."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from scenario import (
    BIG_GOAL,
    GOAL,
    done,
    part,
    planned,
    says_hi,
    subtask,
    three_parts,
    turns,
    write,
)
from terminal import Terminal

from loom_core.testing import Reply


def as_time(text):
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("mode", ["auto", "manual", "confidence_threshold"])
def test_list_status_and_events_agree_with_the_run(place, mode):
    place.serve(*turns(Reply.calling("list_directory"), *says_hi()))
    before = datetime.now(UTC)

    finished = place.work(GOAL, "--approval", mode)

    result = finished.result
    status = json.loads(place.run("status", result["task_id"], "--json").stdout)
    (listed,) = json.loads(place.run("list", "--json").stdout)
    events = place.events()
    assert {**status, "exit_code": finished.code} == result
    for key in ("task_id", "goal", "workspace", "state", "reason"):
        assert listed[key] == result[key]
    assert events == finished.events
    assert events[0]["data"]["approval_mode"] == mode
    assert as_time(listed["created_at"]) == as_time(events[0]["at"])
    assert as_time(listed["updated_at"]) >= as_time(events[-1]["at"]) - timedelta(seconds=1)
    times = [as_time(event["at"]) for event in events]
    assert times == sorted(times)
    assert before - timedelta(seconds=1) <= times[0]
    assert times[-1] <= datetime.now(UTC)


def test_tasks_are_listed_the_newest_first_with_their_states(place):
    place.serve(*turns(*says_hi()))
    place.work()
    place.serve(
        *turns(Reply.calling("blocked", reason="no")),
        settings="[execution]\nmax_subtask_retries = 0",
    )
    place.work("Print a letter")

    listed = json.loads(place.run("list", "--json").stdout)
    failed = json.loads(place.run("list", "--state", "failed", "--json").stdout)

    assert [(task["goal"], task["state"]) for task in listed] == [
        ("Print a letter", "failed"),
        (GOAL, "completed"),
    ]
    assert [task["goal"] for task in failed] == ["Print a letter"]


def test_json_is_nothing_but_json_lines_that_end_with_the_result(place):
    place.serve(*three_parts())

    finished = place.work(BIG_GOAL)

    assert [line["type"] == "result" for line in finished.lines] == [False] * len(
        finished.events
    ) + [True]
    assert finished.result["exit_code"] == 0
    assert finished.stderr.count("\n") <= 2  # the task, and what confines its commands


def test_progress_goes_to_stderr_and_the_report_to_stdout(place):
    place.serve(*turns(*says_hi()))

    finished = place.run("run", GOAL, "-w", place.workspace)

    assert finished.code == 0
    assert "write_file hello.txt" in finished.stderr
    assert "write_file hello.txt" not in finished.stdout
    assert finished.stdout.startswith(f"✓ Completed: {GOAL}")
    for part_of_report in ("file_exists hello.txt", "created hello.txt", "tokens", "loom undo"):
        assert part_of_report in finished.stdout


@pytest.mark.parametrize("no_color", ["", "1"])
def test_off_a_terminal_nothing_is_coloured(place, no_color):
    place.extra_environment = {"NO_COLOR": no_color}
    place.serve(*turns(*says_hi()))

    finished = place.run("run", GOAL, "-w", place.workspace)
    listed = place.run("list")

    assert "\x1b" not in finished.stdout + finished.stderr + listed.stdout


@pytest.mark.parametrize("no_color", ["", "1"])
def test_on_a_terminal_no_color_is_obeyed(place, no_color):
    place.extra_environment = {"NO_COLOR": no_color, "TERM": "xterm-256color"}
    place.serve(*turns(*says_hi()))
    terminal = Terminal(place, "run", GOAL, "-w", place.workspace)

    assert terminal.finish() == 0
    assert "Completed" in terminal.shown
    assert bool(re.search(r"\x1b\[[0-9;]*m", terminal.shown)) is not bool(no_color)


def test_what_a_run_changed_can_be_undone(place):
    (place.workspace / "hello.txt").write_text("mine\n")
    place.serve(
        *turns(Reply.calling("read_file", path="hello.txt"), write("hello.txt", "hi\n"), done())
    )
    assert place.work("Change hello.txt to say hi").code == 0
    assert place.read("hello.txt") == "hi\n"

    undone = place.run("undo", "last")

    assert undone.code == 0, undone.stderr
    assert place.read("hello.txt") == "mine\n"


def test_the_store_never_shares_what_belongs_to_another_task(place):
    place.serve(
        *planned(subtask("one"), subtask("two")),
        *part("one", write("one.txt", "1\n"), done()),
        *part("two", write("two.txt", "2\n"), done()),
    )
    elsewhere = place.root / "elsewhere"
    elsewhere.mkdir()

    first = place.work(BIG_GOAL)
    second = place.run("run", BIG_GOAL, "-w", elsewhere, "--json")

    assert (first.code, second.code) == (0, 0)
    assert {event["task_id"] for event in second.events} == {second.result["task_id"]}
    assert first.result["task_id"] != second.result["task_id"]
    events = place.run("events", first.result["task_id"], "--json").lines
    assert events == first.events


def test_each_run_says_what_confines_its_commands(place):
    place.serve(*three_parts(), settings='[sandbox]\nbackend = "none"')

    finished = place.work(BIG_GOAL)

    assert "each that may do more than look asks first" in finished.stderr
