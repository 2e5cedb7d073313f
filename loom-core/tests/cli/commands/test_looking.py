"""Commands that look at tasks: status, list, events."""

import asyncio
import json
from pathlib import Path

import pytest

from loom_core import events as e
from loom_core.cli.exit_code import ExitCode
from loom_core.cli.session import Session
from loom_core.store import Entry
from loom_core.types import Evidence, Plan, Subtask, Task, ToolResult, VerdictStatus

PLAN = Plan(
    subtasks=(
        Subtask(id="one", description="First"),
        Subtask(id="two", description="Second", depends_on=("one",)),
    )
)
HALF_DONE = [
    Entry(e.PlanCreated(plan=PLAN, source="planner")),
    Entry(e.TaskExecutionStarted()),
    Entry(e.SubtaskStarted(tier=1), "one", 1),
    Entry(e.SubtaskCompleted(summary="first is done", confidence=1.0), "one", 1),
]


@pytest.fixture
def stored(home):
    """Put tasks into the database; gives the function that does it."""

    def put(task_id: str, *entries: Entry, goal: str = "Do it") -> None:
        async def write():
            async with Session().open_store() as store:
                await store.create_task(Task(id=task_id, goal=goal, workspace="/w"))
                if entries:
                    fence = await store.claim(task_id, owner="x", lease_seconds=30)
                    await store.append(task_id, entries, fence=fence)
                    await store.release(task_id, fence=fence)

        asyncio.run(write())

    return put


def test_no_tasks_says_how_to_start_one(run_loom):
    assert "loom run GOAL" in run_loom("list").stdout
    assert run_loom("list", "--json").stdout == "[]\n"


def test_tasks_are_listed_newest_first_with_progress(run_loom, stored):
    stored("aa-1", *HALF_DONE)
    stored("bb-2", goal="日本 " * 100)

    header, first, second = run_loom("list").stdout.splitlines()

    assert header.split() == ["ID", "STATE", "DONE", "AGE", "GOAL"]
    assert first.startswith("bb-2  pending    -     just now  日本")
    assert second.startswith("aa-1  executing  1/2   just now  Do it")


def test_tasks_are_listed_by_state_and_limit(run_loom, stored):
    stored("aa-1", *HALF_DONE)
    stored("bb-2")

    by_state = json.loads(run_loom("list", "--state", "executing", "--json").stdout)
    by_limit = json.loads(run_loom("list", "--limit", "1", "--json").stdout)

    assert [task["task_id"] for task in by_state] == ["aa-1"]
    assert [task["task_id"] for task in by_limit] == ["bb-2"]
    assert by_state[0]["done"] == 1


def test_status_shows_report_and_plan(run_loom, stored):
    stored("aa-1", *HALF_DONE)

    finished = run_loom("status", "aa")

    assert finished.code == 0
    for part in [
        "task aa-1 in /w",
        "▸ Executing: Do it",
        "✓ one: first is done",
        "· two (after one)",
    ]:
        assert part in finished.stdout


def test_status_for_programs(run_loom, stored):
    stored("aa-1", *HALF_DONE)

    status = json.loads(run_loom("status", "last", "--json").stdout)

    assert (status["state"], status["task_id"]) == ("executing", "aa-1")
    assert [s["state"] for s in status["subtasks"]] == ["completed", "pending"]
    assert status["next"] == {"resume": "loom run --resume aa-1"}


def test_events_are_one_line_each_in_order(run_loom, stored):
    stored("aa-1", *HALF_DONE)

    lines = run_loom("events", "last").stdout.splitlines()
    later = run_loom("events", "last", "--after", "3").stdout.splitlines()
    values = [json.loads(line) for line in run_loom("events", "last", "--json").stdout.splitlines()]

    assert [line.split()[0] for line in lines] == ["1", "2", "3", "4", "5", "6"]
    assert "SubtaskCompleted one (attempt 1): completed: first is done" in lines[-1]
    assert "PlanCreated: 2 subtasks: one, two" in lines[2]
    assert "TaskCreated: goal Do it, workspace /w, approval mode auto" in lines[0]
    assert "{" not in "".join(lines)
    assert lines[3:] == later
    assert [value["type"] for value in values][:3] == ["TaskCreated", "TaskClaimed", "PlanCreated"]


@pytest.mark.parametrize("command", ["status", "events", "cancel", "approve", "undo"])
def test_an_unknown_task_is_refused(run_loom, stored, command):
    empty = run_loom(command, "last")
    stored("aa-1")
    stored("aa-2")
    unknown = run_loom(command, "aa-3")
    ambiguous = run_loom(command, "aa")

    assert {empty.code, unknown.code, ambiguous.code} == {ExitCode.USAGE}
    assert "there is no task yet" in empty.stderr
    assert "did you mean" in unknown.stderr
    assert "several tasks begin with 'aa'" in ambiguous.stderr


def test_a_failed_task_shows_the_evidence_of_its_cause(run_loom, stored):
    def saw(status: VerdictStatus, check: str) -> Evidence:
        return Evidence(check=check, status=status, detail="as seen")

    checks = e.ChecksRun(
        step=3,
        evidence=(saw(VerdictStatus.PASSED, "file_exists a"), saw(VerdictStatus.FAILED, "runs a")),
    )
    stored(
        "aa-1",
        *HALF_DONE[:3],
        Entry(checks, "one", 1),
        Entry(e.SubtaskStalled(reason="edit_file was called again and again"), "one", 1),
        Entry(e.TaskFailed(reason="one: edit_file was called again and again")),
    )

    report = run_loom("status", "last").stdout

    assert "✗ runs a: as seen" in report
    assert "file_exists a" not in report


def test_tool_calls_are_readable_events(run_loom, stored):
    call = e.ToolCallStarted(
        step=2, call_id="c", tool="read_file", arguments={"path": "a.py"}, recovery="pure"
    )
    answer = ToolResult(text="no such\nfile", is_error=True, category="not_found")
    result = e.ToolCallFinished(step=2, call_id="c", tool="read_file", result=answer)
    stored("aa-1", *HALF_DONE[:3], Entry(call, "one", 1), Entry(result, "one", 1))

    lines = run_loom("events", "last").stdout.splitlines()

    assert "ToolCallStarted one (attempt 1): read_file a.py" in lines[-2]
    assert "ToolCallFinished one (attempt 1): read_file: error: no such file" in lines[-1]


def test_a_missing_id_offers_the_newest_task(run_loom):
    finished = run_loom("status")

    assert finished.code == ExitCode.USAGE
    assert '"last" stands for the newest task' in finished.stderr


@pytest.mark.parametrize("command", [["list"], ["status", "last"], ["events", "last"]])
def test_an_untrusted_project_does_not_hide_ones_own_tasks(run_loom, stored, command):
    stored("aa-1", *HALF_DONE)
    Path("loom.toml").write_text('[memory]\ndatabase_path = "elsewhere.db"\n')

    finished = run_loom(*command)

    assert finished.code == 0
    assert "aa-1" in finished.stdout or "SubtaskCompleted" in finished.stdout
    assert finished.stderr.count("\n") == 1
    assert "./loom.toml is not trusted and is left out" in finished.stderr
    assert not Path("elsewhere.db").exists()


def test_an_untrusted_home_is_not_left_out(run_loom, monkeypatch):
    Path("home").mkdir()
    Path("home/loom.toml").write_text('[memory]\ndatabase_path = "elsewhere.db"\n')
    monkeypatch.setenv("LOOM_HOME", str(Path("home").resolve()))

    finished = run_loom("list")

    assert finished.code == ExitCode.USAGE
    assert "LOOM_HOME is inside the project" in finished.stderr


def test_a_broken_database_is_one_line(run_loom, home):
    home.mkdir()
    (home / "loom.db").write_bytes(b"this is no database " * 100)

    finished = run_loom("list")

    assert finished.code == ExitCode.FAILED
    assert str(home / "loom.db") in finished.stderr
    assert finished.stderr.count("\n") == 1
