"""A subtask that nothing helped, through the real entry point: a human is asked, the rest goes on."""

import pytest
from scenario import BIG_GOAL, done, part, planned, prompts, subtask, turns, write

from loom_core.testing import Reply, Rule

LIMITS = "[execution]\nmax_subtask_retries = 1\nmax_replans = 0\n"
ALWAYS = LIMITS + 'flag_for_human = "always"'
WANTED = {"kind": "file_contains", "target": "bad.txt", "expected": "forty-two"}


def parts(*bad):
    return (
        *planned(subtask("bad", checks=[WANTED]), subtask("good"), subtask("after", "bad")),
        *part("bad", *bad),
        *part("good", write("good.txt", "good\n"), done()),
        *part("after", write("after.txt", "after\n"), done()),
    )


CLAIMS = (write("bad.txt", "43\n"), *[done()] * 9)
BLOCKED = (Reply.calling("blocked", reason="no key"),)


@pytest.mark.parametrize("replies", [CLAIMS, BLOCKED])
def test_it_is_parked_and_asked_about_while_independent_work_goes_on(place, replies):
    place.serve(*parts(*replies), settings=ALWAYS)

    finished = place.work(BIG_GOAL)

    assert finished.code == 3
    assert finished.result["state"] == "waiting_approval"
    states = finished.states()
    assert (states["bad"], states["good"], states["after"]) == (
        "waiting_approval",
        "completed",
        "pending",
    )
    assert finished.types.count("SubtaskStarted") == 3
    (parked,) = finished.of("SubtaskParked")
    assert parked["approval_id"] in finished.result["approvals"]
    assert "used up" in parked["reason"]


def test_a_human_may_accept_what_claims_to_be_done(place):
    server = place.serve(*parts(*CLAIMS), settings=ALWAYS)
    (approval,) = place.work(BIG_GOAL).result["approvals"]
    before = len(server.requests)

    answered = place.run("approve", "last", approval)
    resumed = place.run("run", "--resume", "last", "--json")

    assert answered.code == 0
    assert (resumed.code, resumed.result["state"]) == (0, "completed")
    assert place.read("bad.txt") == "43\n"
    assert place.read("after.txt") == "after\n"
    assert len(server.requests) == before + 2


def test_a_human_may_give_it_another_round_with_advice(place):
    rules = parts(*BLOCKED)
    helped = turns(write("bad.txt", "forty-two\n"), done(), first_user="the key is under the mat")
    server = place.serve(*helped, *rules, settings=ALWAYS)
    (approval,) = place.work(BIG_GOAL).result["approvals"]

    place.run("approve", "last", approval, "--reason", "the key is under the mat")
    resumed = place.run("run", "--resume", "last", "--json")

    assert (resumed.code, resumed.result["state"]) == (0, "completed")
    assert prompts(server, having="the user says: the key is under the mat")
    assert place.read("bad.txt") == "forty-two\n"


def test_a_round_that_led_nowhere_is_asked_about_again(place):
    place.serve(*parts(*BLOCKED), settings=ALWAYS)
    (approval,) = place.work(BIG_GOAL).result["approvals"]
    place.run("approve", "last", approval)

    resumed = place.run("run", "--resume", "last", "--json")

    assert (resumed.code, resumed.states()["bad"]) == (3, "waiting_approval")
    assert list(resumed.result["approvals"]) != [approval]


@pytest.mark.parametrize("replies", [CLAIMS, BLOCKED])
def test_a_no_gives_it_up(place, replies):
    place.serve(*parts(*replies), settings=ALWAYS)
    (approval,) = place.work(BIG_GOAL).result["approvals"]

    place.run("approve", "last", approval, "--deny")
    resumed = place.run("run", "--resume", "last", "--json")

    assert (resumed.code, resumed.result["state"]) == (1, "failed")
    assert resumed.states()["after"] == "skipped"


@pytest.mark.parametrize("settings", [LIMITS, LIMITS + 'flag_for_human = "never"'])
def test_with_nobody_there_it_fails(place, settings):
    place.serve(*parts(*BLOCKED), settings=settings)

    finished = place.work(BIG_GOAL)

    assert (finished.code, finished.result["state"]) == (1, "failed")


def test_a_plan_that_failed_is_not_taken_again(place):
    same = Reply.answering({"subtasks": [subtask("a"), subtask("b")]})
    renamed = Reply.answering(
        {"subtasks": [{**subtask("a"), "id": "x"}, {**subtask("b"), "id": "y"}]}
    )
    place.serve(
        Rule(schema_text='"subtasks"', last_user="Went wrong", reply=renamed),
        Rule(schema_text='"subtasks"', last_user="not valid", reply=same),
        Rule(schema_text='"subtasks"', reply=same),
        Rule(reply=Reply.calling("blocked", reason="never")),
        settings="[execution]\nmax_subtask_retries = 0",
    )

    finished = place.work(BIG_GOAL)

    assert (finished.code, finished.result["state"]) == (1, "failed")
    assert "PlanReplaced" not in finished.types
    assert len(finished.of("PlanRejected")) == 3
    assert "that is the plan that did not work" in finished.of("PlanRejected")[0]["problems"][0]
