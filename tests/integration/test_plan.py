"""Planning through the real entry point: what a planner writes, and what becomes of it."""

import json

import pytest
from scenario import BIG_GOAL, done, part, plan, planned, subtask, texts_of, write

from loom_core.testing import Reply, Rule

ONE = subtask("only", checks=[{"kind": "file_exists", "target": "only.txt"}])
WORKS = part("only", write("only.txt", "here\n"), done())


def planner_replies(*replies):
    """Rules for the planner's calls, the corrections too."""
    return tuple(
        Rule(schema_text='"subtasks"', turn=turn, reply=reply) for turn, reply in enumerate(replies)
    )


@pytest.mark.parametrize(
    "text",
    [
        "Sure! Here is the plan you asked for:\n{}\nGood luck with it.",
        "<think>Two parts? {{no}} one is enough.</think>\n{}",
        "one is enough, I think</think>{}",
        "```json\n{}\n```",
        "<think>hm</think>The plan:\n```\n{}\n```",
    ],
)
def test_a_plan_is_read_out_of_prose_reasoning_and_fences(place, text):
    reply = Reply(text=text.format(json.dumps({"subtasks": [ONE]})))
    place.serve(*planner_replies(reply), *WORKS)

    finished = place.work(BIG_GOAL)

    assert finished.code == 0
    assert "PlanRejected" not in finished.types
    (created,) = finished.of("PlanCreated")
    assert (created["source"], [s["id"] for s in created["plan"]["subtasks"]]) == (
        "planner",
        ["only"],
    )
    assert place.read("only.txt") == "here\n"


def test_a_cycle_is_told_to_the_model_which_may_correct_it(place):
    cycle = plan(subtask("first", "second"), subtask("second", "first"))
    server = place.serve(*planner_replies(cycle, plan(ONE)), *WORKS)

    finished = place.work(BIG_GOAL)

    assert finished.code == 0
    (rejected,) = finished.of("PlanRejected")
    assert "wait for each other" in rejected["problems"][0]
    assert "first -> second" in rejected["problems"][0]
    correction = texts_of(server.requests[1].body)[-1]
    assert rejected["problems"][0] in correction
    assert finished.result["degraded"] is False


def test_a_plan_that_stays_wrong_is_degraded_to_the_whole_goal_and_says_so(place):
    cycle = plan(subtask("first", "second"), subtask("second", "first"))
    server = place.serve(
        *planner_replies(cycle, cycle, cycle),
        Rule(turn=0, reply=write("all.txt", "all of it\n")),
        Rule(turn=1, reply=done()),
    )

    finished = place.work(BIG_GOAL)

    assert finished.code == 0
    assert len(finished.of("PlanRejected")) == 3
    (degraded,) = finished.of("PlanDegraded")
    assert "wait for each other" in degraded["reason"]
    assert finished.types.index("PlanDegraded") < finished.types.index("PlanCreated")
    (created,) = finished.of("PlanCreated")
    assert created["plan"]["degraded"] is True
    assert [s["description"] for s in created["plan"]["subtasks"]] == [BIG_GOAL]
    assert BIG_GOAL in texts_of(server.requests[3].body, "user")[0]
    assert finished.result["degraded"] is True


def test_a_plan_that_was_cut_off_is_not_completed_by_guessing(place):
    whole = json.dumps({"subtasks": [ONE, subtask("never")]})
    cut = Reply(text=whole[: len(whole) // 2], finish_reason="length")
    place.serve(*planner_replies(cut, plan(ONE)), *WORKS)

    finished = place.work(BIG_GOAL)

    (rejected,) = finished.of("PlanRejected")
    assert "cut off" in rejected["problems"][0]
    assert (finished.code, list(finished.states())) == (0, ["only"])


def test_padding_is_taken_out_of_a_plan_and_said(place):
    padding = {"id": "review", "description": "Review the result", "depends_on": ["only"]}
    place.serve(*planned(ONE, padding), *WORKS)

    finished = place.work(BIG_GOAL)

    assert finished.code == 0
    (pruned,) = finished.of("PlanPruned")
    assert "review" in pruned["removed"][0]
    assert list(finished.states()) == ["only"]
