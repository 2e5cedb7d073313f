"""``loom run`` with a fake engine on a real store."""

import json
from pathlib import Path

import pytest

from loom_core import events as e
from loom_core.cli.exit_code import ExitCode
from loom_core.errors import ModelUnreachable
from loom_core.types import (
    ApprovalMode,
    ChangeKind,
    Evidence,
    FileChange,
    ModelResponse,
    ModelRole,
    Plan,
    Subtask,
    Timings,
    ToolResult,
    Usage,
    Verdict,
    VerdictStatus,
)

PASSED = VerdictStatus.PASSED
PLANNED = [
    e.PlanningStarted(),
    e.PlanCreated(
        plan=Plan(subtasks=(Subtask(id="hello", description="Make it"),)), source="trivial"
    ),
    e.TaskExecutionStarted(),
    (e.SubtaskStarted(tier=1), "hello", 1),
]
WORKED = [
    *PLANNED,
    (
        e.ModelCallFinished(
            step=1,
            model="m",
            role=ModelRole.EXECUTOR,
            response=ModelResponse(
                usage=Usage(prompt_tokens=1000, cached_tokens=800, completion_tokens=40, calls=1),
                timings=Timings(first_token_seconds=1.0, total_seconds=3.0),
            ),
        ),
        "hello",
        1,
    ),
    (
        e.ToolCallStarted(
            step=2, call_id="c", tool="write_file", arguments={"path": "h.py"}, recovery="content"
        ),
        "hello",
        1,
    ),
    (
        e.ToolCallFinished(
            step=2,
            call_id="c",
            tool="write_file",
            result=ToolResult(
                text="ok",
                changes=(FileChange(path="h.py", kind=ChangeKind.CREATED, after="a" * 64),),
            ),
        ),
        "hello",
        1,
    ),
]
COMPLETED = [
    *WORKED,
    (
        e.VerdictReached(
            verdict=Verdict(
                status=PASSED,
                verifier="deterministic",
                evidence=(Evidence(check="file_exists h.py", status=PASSED, detail="is there"),),
            )
        ),
        "hello",
        1,
    ),
    (e.SubtaskCompleted(summary="Made it", confidence=0.9), "hello", 1),
    e.TaskCompleted(summary="Made it", confidence=0.9),
]


def test_a_completed_goal_is_reported_with_evidence(run_loom, engine):
    finished = run_loom("run", "Say hello", "-w", "demo", session=engine(*COMPLETED))

    assert finished.code == ExitCode.COMPLETED
    for part in [
        "✓ Completed: Say hello",
        "✓ hello: Made it",
        "✓ file_exists h.py: is there",
        "created h.py",
        "1,000 prompt (80% cached), 40 answer, 1 call",
        "20 tokens/s",
        "0.90, high",
        "loom undo t1",
    ]:
        assert part in finished.stdout


def test_progress_is_on_stderr(run_loom, engine):
    finished = run_loom("run", "Say hello", "-w", "demo", session=engine(*COMPLETED))

    assert Path("demo").is_dir()
    for part in ["created ", "task t1 in ", "· hello: Make it", "✓ write_file h.py", "✓ passed"]:
        assert part in finished.stderr
        assert part not in finished.stdout or part == "created "


def test_json_is_one_event_a_line_and_a_result(run_loom, engine):
    finished = run_loom("run", "Say hello", "-w", "demo", "--json", session=engine(*COMPLETED))

    lines = [json.loads(line) for line in finished.stdout.splitlines()]
    *events, result = lines
    assert [item["type"] for item in events][:2] == ["TaskCreated", "TaskClaimed"]
    assert events[-1]["type"] == "TaskCompleted"
    assert [item["sequence"] for item in events] == sorted(item["sequence"] for item in events)
    assert result["type"] == "result"
    assert (result["state"], result["exit_code"], result["task_id"]) == ("completed", 0, "t1")
    assert result["changes"][0]["path"] == "h.py"
    assert result["next"] == {"diff": "loom diff t1", "undo": "loom undo t1"}
    assert "write_file" not in finished.stderr


@pytest.mark.parametrize(
    ("ending", "code", "parts"),
    [
        ([e.TaskFailed(reason="no luck", advice="name it")], 1, ["Failed", "no luck", "name it"]),
        ([e.TaskCancelled(by="x")], 1, ["Cancelled", "cancelled by x"]),
        ([e.TaskPaused(reason="disk full")], 3, ["Paused", "disk full", "loom run --resume t1"]),
        (
            [
                (e.SubtaskParked(reason="nobody knows", approval_id="hello-1"), "hello", 1),
                e.TaskWaiting(reason="a human"),
            ],
            3,
            ["Waiting approval", "hello-1", "nobody knows", "loom approve t1"],
        ),
    ],
)
def test_every_ending_has_its_code_and_says_what_to_do(run_loom, engine, ending, code, parts):
    finished = run_loom("run", "goal", session=engine(*PLANNED, *ending))

    assert finished.code == code
    for part in parts:
        assert part in finished.stdout


def test_a_paused_task_can_be_resumed_without_telling_old_news(run_loom, engine):
    run_loom("run", "Say hello", session=engine(*WORKED, e.TaskPaused(reason="interrupted")))

    rest = [e.TaskExecutionStarted(), *COMPLETED[len(WORKED) :]]
    finished = run_loom("run", "--resume", "last", session=engine(*rest))

    assert finished.code == 0
    assert "write_file" not in finished.stderr
    for part in ["task t1 in ", "goal  Say hello", "▸ hello: Make it"]:
        assert part in finished.stderr
    assert "created h.py" in finished.stdout
    assert "1,000 prompt" in finished.stdout


def test_a_finished_task_cannot_be_resumed(run_loom, engine):
    run_loom("run", "Say hello", session=engine(*COMPLETED))

    finished = run_loom("run", "--resume", "t1", session=engine())

    assert finished.code == ExitCode.USAGE
    assert "is completed and cannot be resumed" in finished.stderr


def test_an_unknown_task_cannot_be_resumed(run_loom, engine):
    run_loom("run", "Say hello", session=engine(*COMPLETED))

    finished = run_loom("run", "--resume", "t11", session=engine())

    assert finished.code == ExitCode.USAGE
    assert "did you mean 't1'" in finished.stderr


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ([""], "there is no goal"),
        (["  \n "], "there is no goal"),
        ([], "there is no goal"),
        (["x" * 100_001], "100,001 characters"),
        (["bad \udcff byte"], "not valid UTF-8 at character 5"),
        (["goal", "--context", "\udcff"], "not valid UTF-8"),
        (["goal", "--resume", "t1"], "a goal cannot be given"),
        (["--resume", "t1", "-w", "x"], "--workspace cannot be given"),
        (["goal", "-w", "no/such/parent"], "mkdir -p no/such"),
        (["goal", "-w", "file"], "file"),
        (["goal", "--approval", "never"], "never"),
        (["goal", "--config", "nowhere.toml"], "nowhere.toml"),
        (["goal", "--config", "broken.toml"], "broken TOML"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(run_loom, engine, home, arguments, part):
    Path("file").write_text("x")
    Path("broken.toml").write_text("[models")

    finished = run_loom("run", *arguments, session=engine(*COMPLETED))

    assert finished.code == ExitCode.USAGE
    assert part in finished.stderr
    assert finished.stderr.count("\n") == 1
    assert finished.stdout == ""
    assert sorted(path.name for path in Path().iterdir()) == ["broken.toml", "file"]
    assert "t1" not in run_loom("list").stdout


def test_a_new_directory_goes_away_when_no_task_could_be_made(run_loom, engine):
    async def refuse(*_, **__):
        raise ModelUnreachable("nothing answers at x; start it")

    session = engine(*COMPLETED)
    session.create = refuse

    finished = run_loom("run", "goal", "-w", "demo", session=session)

    assert finished.code == ExitCode.FAILED
    assert finished.stderr == "loom: nothing answers at x; start it\n"
    assert not Path("demo").exists()


def test_options_reach_the_engine(run_loom, engine):
    session = engine(*COMPLETED)

    run_loom(
        *["run", "goal", "--model", "big", "--offline", "--approval", "manual"],
        *["--context", "more", "--json"],
        session=session,
    )

    assert session.options is not None
    assert (session.options.model, session.options.is_offline) == ("big", True)
    assert session.options.ask is None
    status = json.loads(run_loom("status", "t1", "--json").stdout)
    assert status["goal"] == "goal"


def test_off_a_terminal_a_question_is_said_and_agreed_to(run_loom, engine):
    session = engine(*COMPLETED)
    run_loom("run", "goal", session=session)

    assert session.options is not None
    assert session.options.confirm("fetch 491 MB?") is True


def test_hostile_text_cannot_act_on_the_terminal(run_loom, engine):
    evil = "\x1b]52;c;ZXZpbA==\x07\x9b2J\u202e"
    items = [
        *PLANNED,
        (e.NudgeSent(step=1, text=evil), "hello", 1),
        (
            e.ToolCallStarted(
                step=2, call_id="c", tool=evil, arguments={"a": evil}, recovery="pure"
            ),
            "hello",
            1,
        ),
        (
            e.ToolCallFinished(
                step=2,
                call_id="c",
                tool=evil,
                result=ToolResult(text=evil, is_error=True, category="tool"),
            ),
            "hello",
            1,
        ),
        e.TaskFailed(reason=evil, advice=evil),
    ]

    people = run_loom("run", evil, session=engine(*items))
    programs = run_loom("status", "last", "--json")

    for text in (people.stdout, people.stderr, programs.stdout):
        assert not set(text) & {"\x1b", "\x07", "\x9b", "\u202e"}


def test_the_mode_of_approval_is_kept(run_loom, engine):
    modes = []

    async def act(store, task_id, fence):
        modes.append((await store.task(task_id)).approval_mode)

    session = engine()
    session._act = act

    run_loom("run", "goal", "--approval", "manual", session=session)

    assert modes == [ApprovalMode.MANUAL]
