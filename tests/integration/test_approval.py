"""Verification and approval through the real entry point: what nobody confirmed has not happened."""

import json

import pytest
from scenario import GOAL, LIMIT_SECONDS, done, says_hi, texts_of, turns, write
from terminal import Terminal

from loom_core.testing import Reply, Rule

REMOVES = Reply.calling("shell_execute", command="rm -f precious.txt")
NO_SANDBOX = '[sandbox]\nbackend = "none"'
DENIES = '[approval]\nunattended = "deny"\n'
ONE_ATTEMPT = "[execution]\nmax_subtask_retries = 0\nmax_replans = 0\n"


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param('[plugins]\ndisabled = ["deterministic"]', id="no-verifier"),
        pytest.param("[verification]\ntier1_enabled = false", id="switched-off"),
    ],
)
def test_what_nobody_verified_is_not_completed_and_needs_a_human(place, settings):
    place.serve(*turns(*says_hi()), settings=settings)

    finished = place.work()

    assert finished.code == 3
    assert finished.result["state"] == "waiting_approval"
    assert finished.states() == {"goal": "waiting_approval"}
    (verdict,) = [data["verdict"] for data in finished.of("VerdictReached")]
    assert verdict["status"] == "unverified"
    assert finished.of("SubtaskParked")[0]["approval_id"] in finished.result["approvals"]
    assert finished.types[-1] == "TaskWaiting"
    assert not {"SubtaskCompleted", "TaskCompleted"} & set(finished.types)


@pytest.mark.parametrize(
    ("answer", "code", "state"), [((), 0, "completed"), (("--deny",), 1, "failed")]
)
def test_a_human_decides_on_what_nobody_could_verify(place, answer, code, state):
    server = place.serve(*turns(*says_hi()), settings='[plugins]\ndisabled = ["deterministic"]')
    (approval,) = place.work().result["approvals"]
    asked = len(server.requests)

    answered = place.run("approve", "last", approval, *answer)
    resumed = place.run("run", "--resume", "last", "--json")

    assert answered.code == 0, answered.stderr
    assert (resumed.code, resumed.result["state"]) == (code, state)
    assert len(server.requests) == asked
    assert [e["data"]["approved"] for e in place.events() if e["type"] == "ApprovalDecided"] == [
        not answer
    ]


def test_a_subtask_that_nobody_answered_for_still_waits_after_a_resume(place):
    place.serve(*turns(*says_hi()), settings='[plugins]\ndisabled = ["deterministic"]')
    assert place.work().code == 3

    resumed = place.run("run", "--resume", "last", "--json")

    assert (resumed.code, resumed.result["state"]) == (3, "waiting_approval")


def test_a_claim_without_any_work_is_not_completed(place):
    place.serve(Rule(reply=done("I have done it")), settings=ONE_ATTEMPT)

    finished = place.work("Improve the greeting")

    assert finished.code == 3
    assert finished.result["state"] == "waiting_approval"


@pytest.mark.parametrize("mode", ["auto", "manual", "confidence_threshold"])
def test_without_anybody_to_ask_a_call_is_denied_where_that_is_set_and_leaves_no_trace(place, mode):
    precious = place.workspace / "precious.txt"
    precious.write_text("keep me\n")
    server = place.serve(*turns(REMOVES, *says_hi()), settings=DENIES + ONE_ATTEMPT + NO_SANDBOX)

    finished = place.work(GOAL, "--approval", mode)

    assert precious.read_text() == "keep me\n"
    denied = finished.of("ToolCallDenied")
    assert denied[0]["tool"] == "shell_execute"
    assert denied[0]["by"] == "harness"
    assert "shell_execute" not in {data["tool"] for data in finished.of("ToolCallStarted")}
    assert not finished.of("ApprovalRequested")
    told = texts_of(server.requests[1].body, "tool")[0]
    assert "was not run" in told
    assert "nobody is there to approve" in told


def test_reading_a_secrets_file_is_denied_when_nobody_can_be_asked(place):
    (place.workspace / ".env").write_text("TOKEN=canary-8d1f\n")
    server = place.serve(
        *turns(Reply.calling("read_file", path=".env"), *says_hi()), settings=DENIES
    )

    finished = place.work()

    assert finished.of("ToolCallDenied")[0]["tool"] == "read_file"
    assert "canary-8d1f" not in json.dumps([request.body for request in server.requests])
    assert "canary-8d1f" not in finished.stdout


def test_below_the_threshold_of_confidence_a_write_is_not_allowed_by_itself(place):
    place.serve(
        *turns(done(), done(), done(), first_user="Create"),
        settings="[execution]\nmax_subtask_retries = 0\nauto_approve_confidence_threshold = 1.0",
    )
    allowed = place.work(GOAL, "--approval", "confidence_threshold")
    place.serve(*turns(*says_hi()))

    assert "ToolCallDenied" not in allowed.types  # a first attempt has full confidence so far
    assert place.work(GOAL, "--approval", "confidence_threshold").code == 0


@pytest.mark.parametrize(("typed", "ran"), [("y\n", True), ("n\n", False)])
def test_in_manual_mode_a_person_is_asked_before_a_call_runs(place, typed, ran):
    write_once = write("hello.txt", "hi\n")
    server = place.serve(*turns(write_once, done()), settings=ONE_ATTEMPT)
    terminal = Terminal(place, "run", GOAL, "-w", place.workspace, "--approval", "manual")

    terminal.read_until("[y]es once")
    existed = (place.workspace / "hello.txt").exists()
    terminal.type(typed)
    code = terminal.finish()

    assert not existed
    assert "create hello.txt" in terminal.shown
    assert "+hi" in terminal.shown
    assert (place.workspace / "hello.txt").exists() is ran
    types = [event["type"] for event in place.events()]
    assert ("ToolCallStarted" in types, "ToolCallDenied" in types) == (ran, not ran)
    (decided,) = [e["data"] for e in place.events() if e["type"] == "ApprovalDecided"]
    assert (decided["approved"], decided["by"]) == (ran, "terminal")
    told = texts_of(server.requests[1].body, "tool")[0]
    assert ("Created hello.txt" in told, "the user said no" in told) == (ran, not ran)
    assert (code == 0) is ran


def test_what_was_typed_before_the_question_is_no_answer(place):
    slow = write("hello.txt", "hi\n").model_copy(update={"delay_seconds": 0.3})
    server = place.serve(*turns(slow, done()), settings=ONE_ATTEMPT)
    terminal = Terminal(place, "run", GOAL, "-w", place.workspace, "--approval", "manual")
    assert server.wait_for_requests(1, LIMIT_SECONDS)
    terminal.type("y\n")

    terminal.read_until("[y]es once")
    existed = (place.workspace / "hello.txt").exists()
    terminal.type("n\n")
    terminal.finish()

    assert not existed
    assert not (place.workspace / "hello.txt").exists()
