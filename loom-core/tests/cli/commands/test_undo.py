"""``loom undo`` on tasks whose changes a test made."""

import asyncio
import json
from pathlib import Path

import pytest

from loom_core import events as e
from loom_core.cli.exit_code import ExitCode
from loom_core.cli.session import Session
from loom_core.engine.owner import new_owner
from loom_core.store import Entry
from loom_core.types import FileChange, Plan, Subtask, Task, ToolResult
from loom_core.workspace import Workspace, plan_undo

PLAN = Plan(subtasks=(Subtask(id="one", description="First"),))
STARTED = [
    Entry(e.PlanCreated(plan=PLAN, source="trivial")),
    Entry(e.TaskExecutionStarted()),
    Entry(e.SubtaskStarted(tier=1), "one", 1),
]


def put(*entries: Entry, workspace: str = "/w", held_by: str = "") -> None:
    """Put the task t1 into the database; held by an engine, if one is named."""

    async def write():
        async with Session().open_store() as store:
            await store.create_task(Task(id="t1", goal="Do it", workspace=workspace))
            fence = await store.claim("t1", owner=held_by or "x", lease_seconds=30)
            await store.append("t1", entries, fence=fence)
            if not held_by:
                await store.release("t1", fence=fence)

    asyncio.run(write())


def begin_undo(workspace: Workspace) -> FileChange:
    """Journal the intent of undoing everything, and give the first thing to do."""

    async def write():
        async with Session().open_store() as store:
            records = await store.changes("t1")
            planned = plan_undo([record.change for record in records], workspace)
            keys = tuple((record.sequence, record.position) for record in records)
            body = e.UndoStarted(changes=tuple(planned.changes), taken_back=keys)
            await store.append_unclaimed("t1", [Entry(body)])
            return planned.changes[0]

    return asyncio.run(write())


@pytest.fixture
def changed(home, tmp_path) -> Path:
    """A workspace in which a task modified one file and created another."""
    workspace = tmp_path / "w"
    workspace.mkdir()
    (workspace / "old.txt").write_text("before")
    opened = Session().open_workspace(workspace)
    changes: tuple[FileChange, ...] = (
        opened.write("old.txt", b"after"),
        opened.write("new.txt", b"new"),
    )
    result = ToolResult(text="ok", changes=changes)
    call = e.ToolCallFinished(step=1, call_id="c", tool="write_file", result=result)
    put(*STARTED, Entry(call, "one", 1), workspace=str(workspace))
    return workspace


def contents(workspace: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in workspace.iterdir()}


def test_undo_puts_everything_back(run_loom, changed):
    finished = run_loom("undo", "last")

    assert finished.code == 0
    assert finished.stdout.splitlines() == [
        f"task t1 in {changed}: Do it",
        "✓ removed new.txt",
        "✓ restored old.txt",
    ]
    assert finished.stderr == "to have it again: loom undo t1 --redo\n"
    assert contents(changed) == {"old.txt": "before"}
    nothing = run_loom("undo", "last")
    assert "nothing to undo" in nothing.stdout
    assert nothing.stderr == ""


def test_a_dry_run_changes_nothing(run_loom, changed):
    before = contents(changed)

    finished = run_loom("undo", "last", "--dry-run", "--json")

    plan = json.loads(finished.stdout)
    assert (plan["done"], plan["task_id"]) == (False, "t1")
    assert "· would remove new.txt" in run_loom("undo", "last", "--dry-run").stdout
    assert [step["path"] for step in plan["steps"]] == ["new.txt", "old.txt"]
    assert contents(changed) == before


def test_somebody_elses_change_is_a_conflict(run_loom, changed):
    (changed / "new.txt").write_text("mine")

    held_up = run_loom("undo", "last")

    assert held_up.code == ExitCode.FAILED
    assert "new.txt: somebody else changed it since" in held_up.stdout
    assert "    -mine" in held_up.stdout
    assert contents(changed) == {"old.txt": "after", "new.txt": "mine"}
    assert run_loom("undo", "last", "--force").code == 0
    assert contents(changed) == {"old.txt": "before"}


def test_an_undo_is_taken_back_also_one_with_force(run_loom, changed):
    (changed / "new.txt").write_text("mine")
    run_loom("undo", "last", "--force")
    assert "redo" in json.loads(run_loom("status", "last", "--json").stdout)["next"]

    redone = run_loom("undo", "last", "--redo")
    again = run_loom("undo", "last", "--redo")

    assert (redone.code, redone.stderr) == (0, "")
    assert contents(changed) == {"old.txt": "after", "new.txt": "mine"}
    assert again.code == ExitCode.USAGE
    assert "no undo that could be taken back" in again.stderr


def test_a_redo_over_somebody_elses_change_is_a_conflict(run_loom, changed):
    run_loom("undo", "last")
    (changed / "old.txt").write_text("mine")

    held_up = run_loom("undo", "last", "--redo", "--json")

    assert held_up.code == ExitCode.FAILED
    (conflict,) = json.loads(held_up.stdout)["conflicts"]
    assert (conflict["path"], conflict["can_force"]) == ("old.txt", True)
    assert contents(changed) == {"old.txt": "mine"}


def test_redo_takes_no_part_of_an_undo(run_loom, changed):
    assert run_loom("undo", "last", "--redo", "--file", "new.txt").code == ExitCode.USAGE


def test_what_was_undone_is_no_longer_among_the_changes(run_loom, changed):
    run_loom("undo", "last", "--file", "new.txt")

    status = json.loads(run_loom("status", "last", "--json").stdout)
    events = [
        json.loads(line)["type"] for line in run_loom("events", "t1", "--json").stdout.splitlines()
    ]

    assert [change["path"] for change in status["changes"]] == ["old.txt"]
    assert events[-2:] == ["UndoStarted", "ChangesUndone"]
    assert "+++ b/new.txt" not in run_loom("diff", "last").stdout


def test_an_undo_that_was_killed_is_shown_and_then_finished(run_loom, changed):
    workspace = Session().open_workspace(changed)
    first = begin_undo(workspace)
    workspace.carry_out(first)

    status = run_loom("status", "last").stdout
    looked = run_loom("undo", "last", "--dry-run").stdout
    finished = run_loom("undo", "last").stdout

    assert "an undo was interrupted" in status
    assert "an undo was interrupted" in looked
    assert "finished an undo that was interrupted" in finished
    assert contents(changed) == {"old.txt": "before"}
    assert "interrupted" not in run_loom("undo", "last").stdout


def test_one_file_or_subtask_alone(run_loom, changed):
    wrong = run_loom("undo", "last", "--file", "nwe.txt")
    nobody = run_loom("undo", "last", "--subtask", "two")
    one = run_loom("undo", "last", "--file", "./new.txt", "--subtask", "one")

    assert (wrong.code, nobody.code) == (ExitCode.USAGE, ExitCode.USAGE)
    assert "did you mean 'new.txt'" in wrong.stderr
    assert one.code == 0
    assert contents(changed) == {"old.txt": "after"}


def test_a_path_outside_is_refused(run_loom, changed):
    finished = run_loom("undo", "last", "--file", "../../etc/passwd")

    assert finished.code == ExitCode.FAILED
    assert finished.stderr.startswith("loom: ")


def test_a_task_at_work_is_not_undone(run_loom):
    put(*STARTED, held_by=new_owner())

    finished = run_loom("undo", "t1")

    assert finished.code == ExitCode.FAILED
    assert "loom cancel t1" in finished.stderr
