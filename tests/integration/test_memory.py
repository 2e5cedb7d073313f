"""Memory through the real entry point: what a subtask leaves, and who is told."""

import json

from scenario import (
    ACTION_GOAL,
    BIG_GOAL,
    GOAL,
    NO_REVIEW,
    done,
    part,
    planned,
    prompts,
    replanned,
    says_hi,
    subtask,
    turns,
    write,
)

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


def test_all_kinds_of_entries_come_from_a_run(place):
    """Each declared kind has a source that a real run reaches."""
    kinds = set()
    place.serve(
        *turns(
            Reply.calling("shell_execute", command="python3 -c 'print(1/0)'"),
            Reply.calling("shell_execute", command="python3 -c 'print(6*7)'"),
            Reply.calling("ask_user", question="Which name?"),
            write("hello.txt", "hi\n"),
            done(),
        )
    )
    waiting = place.work(ACTION_GOAL)
    assert waiting.code == 3
    place.run("answer", "last", "call it hello")
    kinds |= kinds_of(place.run("run", "--resume", "last", "--json"))

    place.serve(
        *replanned(subtask("other")),
        *planned(subtask("bad"), subtask("good")),
        *part("bad", Reply.calling("blocked", reason="no printer")),
        *part("other", Reply.calling("blocked", reason="no printer")),
        *part("good", write("good.txt", "x\n"), done()),
        settings="[execution]\nmax_subtask_retries = 0\nmax_replans = 1",
    )
    kinds |= kinds_of(place.work(BIG_GOAL))

    assert kinds == {
        "context",
        "artifact",
        "tool_result",
        "discovery",
        "user_instruction",
        "error",
        "decision",
    }


def kinds_of(finished):
    extracted = finished.of("MemoryExtracted")
    return {entry["kind"] for data in extracted for entry in data["entries"]}


LOOK = Reply.calling("list_directory", path=".")
NOTES = {
    "entries": [
        {"kind": "discovery", "text": "tests run with make check, key sk-abcdefghijklmnop99"}
    ]
}


def extraction(reply):
    return Rule(schema_text='"entries"', reply=reply)


def test_a_capable_model_notes_discoveries_without_secrets(place):
    server = place.serve(
        extraction(Reply.answering(NOTES)), *turns(LOOK, *says_hi()), tier=2, settings=NO_REVIEW
    )

    finished = place.work(ACTION_GOAL)

    assert finished.code == 0
    texts = [e["text"] for d in finished.of("MemoryExtracted") for e in d["entries"]]
    assert "tests run with make check, key [secret]" in texts
    request = next(r.body for r in server.requests if "note what would save time" in str(r.body))
    assert request["max_tokens"] <= 600


def test_a_weak_model_is_not_asked_to_note_anything(place):
    server = place.serve(extraction(Reply.answering(NOTES)), *turns(LOOK, *says_hi()))

    assert place.work(ACTION_GOAL).code == 0

    assert not [r for r in server.requests if "note what would save time" in str(r.body)]


def test_a_bad_note_is_said_and_loses_nothing_else(place):
    place.serve(
        extraction(Reply(text="I would rather not")),
        *turns(LOOK, *says_hi()),
        tier=2,
        settings=NO_REVIEW,
    )

    finished = place.work(ACTION_GOAL)

    assert finished.code == 0
    (failure,) = finished.of("ExtractionFailed")
    assert "no JSON object" in failure["error"]
    assert kinds_of(finished) == {"context", "artifact"}


def test_a_slow_extraction_does_not_hold_up_the_next_subtask(place):
    slow = Reply.answering(NOTES).model_copy(update={"delay_seconds": 1.0})
    place.serve(
        *planned(subtask("first"), subtask("second", "first")),
        extraction(slow),
        *part("first", LOOK, write("first.txt", "x\n"), done()),
        *part("second", LOOK, write("second.txt", "y\n"), done()),
        tier=2,
        settings=NO_REVIEW,
        slots=2,
    )

    finished = place.work(BIG_GOAL)

    assert finished.code == 0
    order = [(event["type"], event["subtask_id"]) for event in finished.events]
    assert order.index(("SubtaskStarted", "second")) < order.index(("MemoryExtracted", "first"))
    assert ("MemoryExtracted", "second") in order


def test_a_later_task_in_the_same_workspace_is_told_what_concerns_it(place):
    place.serve(
        extraction(Reply.answering(NOTES)), *turns(LOOK, *says_hi()), tier=2, settings=NO_REVIEW
    )
    assert place.work(ACTION_GOAL).code == 0
    server = place.serve(*turns(write("more.txt", "x\n"), done()))

    assert place.work("Create more.txt in this folder so that make check runs the tests").code == 0

    (told,) = {text for text in prompts(server) if "(from an earlier task)" in text}
    assert "tests run with make check" in told


def test_another_workspace_is_told_nothing(place):
    place.serve(
        extraction(Reply.answering(NOTES)), *turns(LOOK, *says_hi()), tier=2, settings=NO_REVIEW
    )
    assert place.work(ACTION_GOAL).code == 0
    server = place.serve(*turns(write("more.txt", "x\n"), done()))
    other = place.root / "other"
    other.mkdir()

    goal = "Create more.txt in this folder so that make check runs the tests"
    assert place.run("run", goal, "-w", other, "--json").code == 0

    assert not [text for text in prompts(server) if "make check," in text]


def test_memory_is_listed_searched_shown_and_deleted(place):
    place.serve(*turns(write("hello.txt", "hi\n"), done("the secret word is marzipan")))
    assert place.work().code == 0

    (found,) = json.loads(place.run("memory", "search", "marzipan", "--json").stdout)
    assert found["kind"] == "context"
    number = str(found["id"])
    assert "marzipan" in place.run("memory", "list", "last").stdout
    assert json.loads(place.run("memory", "list", "--kind", "artifact", "--json").stdout)
    shown = place.run("memory", "show", number)
    assert GOAL in shown.stdout
    assert "marzipan" in shown.stdout

    assert "marzipan" in place.run("memory", "delete", number).stdout

    assert json.loads(place.run("memory", "search", "marzipan", "--json").stdout) == []
    again = place.run("memory", "delete", number)
    assert again.code == 2
    assert f"no memory entry {number}" in again.stderr
    assert place.events()[-1]["type"] == "MemoryForgotten"


def test_memory_of_an_unknown_task_is_an_error(place):
    finished = place.run("memory", "list", "nope")

    assert finished.code == 2
    assert "nope" in finished.stderr
