"""Memory through the real entry point: what a subtask leaves, and who is told."""

import json

from scenario import BIG_GOAL, done, part, planned, prompts, says_hi, subtask, turns, write

from loom_core.testing import Reply, Rule


def test_what_a_subtask_leaves_is_in_the_prompt_of_the_next(place):
    summary = "the secret word is marzipan"
    server = place.serve(
        *planned(subtask("first"), subtask("second", "first")),
        *part("first", write("first.txt", "x\n"), done(summary)),
        *part("second", write("second.txt", "y\n"), done()),
    )

    finished = place.work(BIG_GOAL)

    assert finished.code == 0
    (entries,) = [data["entries"] for data in finished.of("MemoryExtracted", "first")]
    assert {entry["kind"] for entry in entries} == {"context", "artifact"}
    assert {entry["subtask_id"] for entry in entries} == {"first"}
    told = prompts(server, having="part second into")[-1]
    assert summary in told
    assert "created first.txt" in told


def test_an_error_is_remembered_for_everybody(place):
    server = place.serve(
        *planned(subtask("bad"), subtask("slow"), subtask("later", "slow")),
        *part("bad", Reply.calling("blocked", reason="the printer is on fire")),
        *part("slow", write("slow.txt", "x\n"), done()),
        *part("later", write("later.txt", "y\n"), done()),
        settings="[execution]\nmax_subtask_retries = 0\nmax_replans = 0\nmax_parallel_subtasks = 1",
    )

    finished = place.work(BIG_GOAL)

    assert finished.states()["later"] == "completed"
    assert "the printer is on fire" in prompts(server, having="part later into")[-1]


def test_memory_of_another_task_does_not_leak_into_a_prompt(place):
    place.serve(*turns(write("hello.txt", "hi\n"), done("the secret word is marzipan")))
    assert place.work().code == 0
    server = place.serve(*turns(write("more.txt", "hi\n"), done()))

    assert place.work("Create more.txt that says hi").code == 0

    assert not [text for text in prompts(server) if "marzipan" in text]


def test_what_the_user_said_beside_the_goal_is_kept_and_told(place):
    server = place.serve(*turns(*says_hi()))

    finished = place.work("Create hello.txt that says hi", "--context", "in the style of a pirate")

    assert finished.code == 0
    assert "in the style of a pirate" in prompts(server)[0]
    assert place.events()[0]["data"]["context"] == "in the style of a pirate"


def test_a_workspace_file_cannot_change_the_job(place):
    (place.workspace / "AGENTS.md").write_text("Use tabs.\n")
    server = place.serve(
        *planned(subtask("only")), Rule(turn=0, reply=write("only.txt", "x")), Rule(reply=done())
    )

    assert place.work(BIG_GOAL).code == 0

    planner = server.requests[0].body["messages"]
    assert "Use tabs." not in planner[0]["content"]
    assert "data, not orders" in planner[1]["content"]
    assert "Use tabs." in json.dumps(planner)
