"""Replay and export through the real entry point: the journal alone leads to the same events."""

import json
import re
import subprocess
import sys

import pytest
from scenario import (
    ACTION_GOAL,
    BIG_GOAL,
    done,
    model,
    part,
    plan,
    planned,
    replanned,
    says_hi,
    subtask,
    three_parts,
    turns,
    write,
)

from loom_core.engine.subtask import retry
from loom_core.replaying.exported import differences_of_export
from loom_core.testing import Reply, Rule, Script

NO_VERIFIER = '[plugins]\ndisabled = ["deterministic"]\n'
LOOK = Reply.calling("list_directory", path=".")


def runs_a_command(place):
    command = Reply.calling("shell_execute", command="echo hi > hello.txt")
    place.serve(*turns(LOOK, command, done()))
    assert place.work(ACTION_GOAL).code == 0


def works_in_parallel(place):
    place.serve(*three_parts())
    assert place.work(BIG_GOAL).code == 0


def fails_twice_and_escalates(place):
    """Two attempts are rolled back, and a stronger model does it."""
    (place.workspace / "wrong.txt").write_text("before")
    weak = Script(
        rules=(*turns(Reply.calling("delete_file", path="wrong.txt")), Rule(reply=done()))
    )
    strong = Script(rules=turns(*says_hi()))
    place.configure(
        small=model(place.listen(weak).url),
        strong=model(place.listen(strong).url, tier=2, roles=["executor"]),
    )
    assert place.work(ACTION_GOAL).code == 0


def writes_by_content(place):
    server = place.listen(Script.of("```\nBe bad\n```", "```\nBe kind\n```"))
    place.configure(small=model(server.url, dialect="json_action"))
    assert place.work('Create note.txt with the text "Be kind"').code == 0


def is_replanned_and_fails(place):
    place.serve(
        *replanned(subtask("other")),
        *planned(subtask("bad"), subtask("good")),
        *part("bad", Reply.calling("blocked", reason="no printer")),
        *part("other", Reply.calling("blocked", reason="no printer")),
        *part("good", write("good.txt", "x\n"), done()),
        settings="[execution]\nmax_subtask_retries = 0\nmax_replans = 1",
    )
    assert place.work(BIG_GOAL).code == 1


def goes_on_with_a_plan_that_nobody_replaced(place):
    """The planner is asked for another plan and gives none that is one."""
    cycle = plan(subtask("a", "b"), subtask("b", "a"))
    place.serve(
        Rule(schema_text='"subtasks"', anywhere="Went wrong", reply=cycle),
        *planned(subtask("bad"), subtask("good")),
        *part("bad", Reply.calling("blocked", reason="no printer")),
        *part("good", write("good.txt", "x\n"), done()),
        settings="[execution]\nmax_subtask_retries = 1",
    )
    assert place.work(BIG_GOAL).code == 1


def talks_and_waits_for_a_human(place):
    talks = Reply(text="I shall write it.")
    place.serve(*turns(talks, *says_hi()))
    manual = place.work(ACTION_GOAL, "--approval", "manual")
    for approval in manual.result["approvals"]:
        place.run("approve", "last", approval)
    assert place.run("run", "--resume", "last").code == 0


def waits_for_a_human(place):
    place.serve(*turns(*says_hi()), settings=NO_VERIFIER)
    (approval,) = place.work(ACTION_GOAL).result["approvals"]
    place.run("approve", "last", approval)
    assert place.run("run", "--resume", "last").code == 0


def is_answered_while_nobody_runs_it(place):
    place.serve(*turns(Reply.calling("ask_user", question="Which?"), *says_hi()))
    place.work(ACTION_GOAL, "--approval", "manual")
    place.run("answer", "last", "this one")
    (approval,) = place.run("run", "--resume", "last", "--json").result["approvals"]
    place.run("approve", "last", approval)
    assert place.run("run", "--resume", "last").code == 0


RUNS = [
    runs_a_command,
    works_in_parallel,
    fails_twice_and_escalates,
    writes_by_content,
    is_replanned_and_fails,
    goes_on_with_a_plan_that_nobody_replaced,
    talks_and_waits_for_a_human,
    waits_for_a_human,
    is_answered_while_nobody_runs_it,
]


def state(place):
    return {
        str(path.relative_to(place.workspace)): path.read_bytes()
        for path in place.workspace.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("run", RUNS)
def test_a_finished_run_arrives_at_the_same_events_without_a_model(place, run):
    (place.workspace / "keep.txt").write_text("keep")
    run(place)
    events, files = place.events(), state(place)
    settings = place.home / "loom.toml"
    settings.write_text(re.sub(r"127.0.0.1:\d+", "127.0.0.1:9", settings.read_text()))

    replayed = place.run("replay", "last", "--json")

    assert json.loads(replayed.stdout)["differences"] == []
    assert replayed.code == 0
    assert (place.events(), state(place)) == (events, files)


def test_a_changed_harness_is_said_with_the_place_where_it_parts(place, monkeypatch):
    fails_twice_and_escalates(place)
    monkeypatch.setattr(
        "loom_core.engine.subtask.subtask_run.remedy_for",
        lambda failures, **more: retry.Remedy(retry.NextStep.ESCALATE, 3),
    )

    replayed = place.run("replay", "last")

    assert replayed.code == 1
    assert "goal, attempt 1, event" in replayed.stdout
    assert "(AttemptFailed): next_step was 'retry' and is 'sample'" in replayed.stdout


def test_two_runs_are_compared(place):
    place.serve(*turns(*says_hi()))
    place.work(ACTION_GOAL)
    first = place.events()[0]["task_id"]
    (place.workspace / "hello.txt").unlink()
    place.serve(*turns(LOOK, *says_hi()))
    place.work(ACTION_GOAL)

    same = place.run("replay", first, "--against", first)
    other = place.run("replay", first, "--against", "last", "--json")

    assert same.code == 0
    assert other.code == 1
    (difference, *_) = json.loads(other.stdout)["differences"]
    assert (difference["subtask_id"], difference["attempt"]) == ("goal", 1)


def test_a_run_that_is_not_over_is_refused(place):
    place.serve(*turns(*says_hi()), settings=NO_VERIFIER)
    assert place.work(ACTION_GOAL).code == 3

    for command in ("replay", "export"):
        refused = place.run(command, "last")
        assert refused.code == 2
        assert "waiting_approval" in refused.stderr


def test_an_export_is_a_test_that_stands_alone_and_holds_no_secret(place, tmp_path):
    (place.workspace / "config.py").write_text("API_KEY = 'abcdefgh12345678'\nNAME = 'x'\n")
    place.serve(
        *turns(
            Reply.calling("read_file", path="config.py"),
            Reply.calling("edit_file", path="config.py", old_str="'x'", new_str="'y'"),
            *says_hi(),
        )
    )
    assert place.work(ACTION_GOAL).code == 0

    exported = place.run("export", "last", "--output", tmp_path / "exported")

    assert exported.code == 0, exported.stderr
    texts = {path.name: path.read_text() for path in (tmp_path / "exported").rglob("*.*")}
    assert not [name for name, text in texts.items() if "abcdefgh12345678" in text]
    assert "NAME = 'x'" in texts["config.py"]
    pytest_run = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        str(tmp_path / "exported"),
    ]
    done_run = subprocess.run(
        pytest_run, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False
    )
    assert done_run.returncode == 0, done_run.stdout
    assert "1 passed" in done_run.stdout
    again = place.run("export", "last", "--output", tmp_path / "exported")
    assert again.code == 2


def test_an_exported_test_fails_when_an_event_is_another(place, tmp_path):
    place.serve(*turns(*says_hi()))
    place.work(ACTION_GOAL)
    target = tmp_path / "exported"
    place.run("export", "last", "--output", target)
    lines = [json.loads(line) for line in (target / "events.jsonl").read_text().splitlines()]
    for line in lines:
        if line["type"] == "SubtaskCompleted":
            line["data"]["confidence"] = 0.5
    (target / "events.jsonl").write_text("\n".join(json.dumps(line) for line in lines))

    (found, *_) = differences_of_export(target)

    assert (found.expected, found.field) == ("SubtaskCompleted", "confidence")
    assert found.expected_value == "0.5"
