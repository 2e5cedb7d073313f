"""Nobody is there to approve: a gated call waits in the journal for as long as it takes, or is denied."""

import pytest
from scenario import (
    BIG_GOAL,
    GOAL,
    LIMIT_SECONDS,
    done,
    part,
    planned,
    subtask,
    texts_of,
    turns,
    wait_until,
    write,
)
from terminal import Terminal

from loom_core.testing import Reply

MANUAL = ("--approval", "manual")
DENIES = '[approval]\nunattended = "deny"\n'
ONE_ATTEMPT = "[execution]\nmax_subtask_retries = 0\nmax_replans = 0\n"
FETCHES = Reply.calling("web_fetch", url="https://one.example/")


def approvals(place):
    """What ``loom approve`` says that the newest task waits for."""
    return place.run("approve", "last", "--json").lines[0]


def told(server):
    """The results that the last request gave to the model."""
    return texts_of(server.requests[-1].body, "tool")


def test_only_the_subtask_that_needs_an_approval_waits(place):
    place.serve(
        *planned(subtask("a"), subtask("b"), subtask("c", "a")),
        *part("a", FETCHES, write("a.txt", "a\n"), done()),
        *part("b", write("b.txt", "b\n"), done()),
        *part("c", write("c.txt", "c\n"), done()),
        settings="[execution]\nmax_parallel_subtasks = 1\n",
    )

    finished = place.work(BIG_GOAL)

    assert finished.code == 3
    assert finished.states() == {"a": "waiting_approval", "b": "completed", "c": "pending"}
    assert "ToolCallDenied" not in finished.types
    assert "web_fetch needs an approval" in finished.result["reason"]
    assert place.files() == ["b.txt"]


def test_an_approval_given_later_runs_exactly_what_was_shown(place):
    server = place.serve(*turns(write("hello.txt", "hi\n"), done()))
    assert place.work(GOAL, *MANUAL).code == 3
    (waiting,) = approvals(place)
    asked = len(server.requests)

    shown = place.run("approve", "last")
    approved = place.run("approve", "last", waiting["id"])
    resumed = place.run("run", "--resume", "last", "--json")

    assert "create hello.txt" in shown.stdout
    assert "+hi" in shown.stdout
    assert approved.code == 0, approved.stderr
    assert "run --resume" in approved.stdout
    assert (resumed.code, resumed.result["state"]) == (0, "completed")
    assert place.read("hello.txt") == "hi\n"
    assert len(server.requests) == asked + 1  # the replies before are in the journal
    (decided,) = [e["data"] for e in place.events() if e["type"] == "ApprovalDecided"]
    assert (decided["approved"], decided["by"]) == (True, "loom approve")


def test_a_no_given_later_is_told_to_the_model_and_nothing_has_run(place):
    server = place.serve(*turns(write("hello.txt", "hi\n"), done()), settings=ONE_ATTEMPT)
    place.work(GOAL, *MANUAL)
    (waiting,) = approvals(place)

    place.run("approve", "last", waiting["id"], "--deny", "--reason", "use another name")
    resumed = place.run("run", "--resume", "last", "--json")

    assert place.files() == []
    assert "ToolCallStarted" not in resumed.types
    assert "use another name" in told(server)[0]


def test_nothing_is_asked_twice_and_nothing_runs_while_nobody_answers(place):
    server = place.serve(*turns(write("hello.txt", "hi\n"), done()))
    place.work(GOAL, *MANUAL)
    asked = len(server.requests)

    again = place.run("run", "--resume", "last", "--json")

    assert (again.code, again.result["state"]) == (3, "waiting_approval")
    assert len(server.requests) == asked
    assert [event["type"] for event in place.events()].count("ApprovalRequested") == 1
    assert place.files() == []


def test_a_yes_for_the_session_serves_later_calls_of_the_same_tool(place):
    place.serve(*turns(write("hello.txt", "hi\n"), write("more.txt", "more\n"), done()))
    place.work(GOAL, *MANUAL)
    (waiting,) = approvals(place)

    place.run("approve", "last", waiting["id"], "--scope", "session")
    resumed = place.run("run", "--resume", "last", "--json")

    assert resumed.code == 0
    assert place.files() == ["hello.txt", "more.txt"]


def test_several_calls_of_one_reply_wait_together(place):
    urls = [{"url": f"https://{name}.example/"} for name in ("one", "two")]
    reply = Reply(
        tool_calls=[call for url in urls for call in Reply.calling("web_fetch", **url).tool_calls]
    )
    place.serve(*turns(reply, done()))

    finished = place.work()

    assert finished.code == 3
    assert [item["what"] for item in approvals(place)] == [
        "fetch https://one.example/",
        "fetch https://two.example/",
    ]


def test_what_changed_since_is_asked_anew_and_the_old_yes_does_not_serve(place):
    (place.workspace / "hello.txt").write_text("old\n")
    reads = Reply.calling("read_file", path="hello.txt")
    edits = Reply.calling("edit_file", path="hello.txt", old_str="old", new_str="hi")
    place.serve(*turns(reads, edits, done()))
    place.work(GOAL, *MANUAL)
    (first,) = approvals(place)
    place.run("approve", "last", first["id"])
    (place.workspace / "hello.txt").write_text("old\nmine\n")

    resumed = place.run("run", "--resume", "last", "--json")

    assert place.read("hello.txt") == "old\nmine\n"
    assert resumed.code != 0
    assert "edit_file" not in {data["tool"] for data in resumed.of("ToolCallStarted")}


def test_a_request_that_nobody_answered_is_withdrawn_when_something_else_would_run(place):
    moves = Reply.calling("move_file", source="old", destination="new")
    (place.workspace / "old").mkdir()
    place.serve(*turns(moves, done()))
    place.work(GOAL, *MANUAL)
    (first,) = approvals(place)
    (place.workspace / "old" / "file.txt").touch()

    resumed = place.run("run", "--resume", "last", "--json")

    (second,) = approvals(place)
    assert resumed.code == 3
    assert first["id"] != second["id"]
    assert "(1 file)" in second["what"]
    assert "has changed" in resumed.of("ApprovalDecided")[0]["reason"]


def test_a_request_whose_call_is_refused_by_now_is_withdrawn(place):
    (place.workspace / "hello.txt").write_text("old\n")
    deletes = Reply.calling("delete_file", path="hello.txt")
    place.serve(*turns(deletes, done()), settings=ONE_ATTEMPT)
    place.work(GOAL, *MANUAL)
    (place.workspace / "hello.txt").unlink()

    place.run("run", "--resume", "last")

    assert approvals(place) == []


@pytest.mark.slow
def test_an_approval_reaches_a_run_that_still_works_on_something_else(place):
    slow = write("b.txt", "b\n").model_copy(update={"delay_seconds": 20})
    server = place.serve(
        *planned(subtask("a"), subtask("b")),
        *part("a", FETCHES, write("a.txt", "a\n"), done()),
        *part("b", slow, done()),
    )
    running = place.start("run", BIG_GOAL, "-w", place.workspace, "--json")
    assert server.wait_for_requests(3, LIMIT_SECONDS)
    wait_until(lambda: approvals(place), "it asks")
    (waiting,) = approvals(place)

    denied = place.run("approve", "last", waiting["id"], "--deny")

    assert denied.code == 0, denied.stderr
    wait_until((place.workspace / "a.txt").exists, "it went on")
    running.kill()


@pytest.mark.slow
def test_the_end_of_input_leaves_an_approval_open(place):
    place.serve(*turns(write("hello.txt", "hi\n"), done()))
    terminal = Terminal(place, "run", GOAL, "-w", place.workspace, *MANUAL)
    terminal.read_until("[y]es once")

    terminal.type("\x04")

    assert terminal.finish() == 3
    (waiting,) = approvals(place)
    assert "create hello.txt" in waiting["what"]
    assert place.files() == []


@pytest.mark.slow
def test_where_what_is_unattended_is_denied_the_end_of_input_is_a_no(place):
    place.serve(*turns(write("hello.txt", "hi\n"), done()), settings=DENIES + ONE_ATTEMPT)
    terminal = Terminal(place, "run", GOAL, "-w", place.workspace, *MANUAL)
    terminal.read_until("[y]es once")

    terminal.type("\x04")
    terminal.finish()

    (denied,) = [e["data"] for e in place.events() if e["type"] == "ToolCallDenied"]
    assert "nobody is there to approve it" in denied["reason"]
    assert denied["by"] == "harness"
    assert place.files() == []
