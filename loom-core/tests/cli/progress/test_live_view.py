"""What a person sees while a task runs."""

import pytest

from loom_core import events as e
from loom_core.cli.progress.event_line import describe_event
from loom_core.cli.progress.live_view import LiveView
from loom_core.cli.progress.status_line import StatusLine
from loom_core.cli.progress.task_progress import TaskProgress
from loom_core.cli.run.notices import Notices
from loom_core.engine.attempt import conversation
from loom_core.errors import ErrorCategory
from loom_core.types import (
    Evidence,
    FailureKind,
    ModelResponse,
    Plan,
    Subtask,
    Timings,
    ToolResult,
    Usage,
    Verdict,
    VerdictStatus,
)

TWO = Plan(
    subtasks=(Subtask(id="one", description="First"), Subtask(id="two", description="Second"))
)
ONE = Plan(subtasks=(Subtask(id="one", description="First"),))


@pytest.fixture
def show(event, capsys):
    """Show events of a task; gives what was written to stderr."""
    progress = TaskProgress("t1")
    view = LiveView(progress, StatusLine(is_shown=False))

    def show_all(*items):
        for item in items:
            made = event(*item) if isinstance(item, tuple) else event(item)
            progress.apply(made)
            view.show(made)
        return capsys.readouterr().err.splitlines()

    return show_all


def call(tool: str, call_id: str) -> e.ToolCallStarted:
    return e.ToolCallStarted(
        step=1, call_id=call_id, tool=tool, arguments={"path": "a.py"}, recovery="pure"
    )


def result(tool: str, call_id: str, text: str = "ok", **error: object) -> e.ToolCallFinished:
    done = ToolResult(text=text, **error)
    return e.ToolCallFinished(step=1, call_id=call_id, tool=tool, result=done)


def test_the_plan_is_shown_when_it_is_made(show):
    assert show(e.PlanCreated(plan=TWO, source="planner")) == [
        "Plan",
        "  · one: First",
        "  · two: Second",
    ]


def test_calls_of_parallel_subtasks_are_told_apart(show):
    show(e.PlanCreated(plan=TWO, source="planner"))

    lines = show(
        (call("read_file", "x"), "one", 1),
        (call("write_file", "x"), "two", 1),
        (result("read_file", "x"), "one", 1),
        (result("write_file", "x"), "two", 1),
    )

    assert lines == ["  [one] ✓ read_file a.py 2.0 s", "  [two] ✓ write_file a.py 2.0 s"]


def test_a_failed_call_says_why_on_its_line(show):
    show(e.PlanCreated(plan=ONE, source="trivial"))
    failed = result(
        "read_file", "x", "no such file: a.py\nlook around", is_error=True, category="not_found"
    )

    assert show((call("read_file", "x"), "one", 1), (failed, "one", 1)) == [
        "  ✗ read_file a.py 1.0 s no such file: a.py"
    ]


def test_an_end_without_its_beginning_is_shown_too(show):
    show(e.PlanCreated(plan=ONE, source="trivial"))

    assert show((result("read_file", "x"), "one", 1)) == ["  ✓ read_file"]


def test_a_verdict_has_its_evidence_and_a_retry_its_reason(show):
    show(e.PlanCreated(plan=ONE, source="trivial"))
    verdict = Verdict(
        status=VerdictStatus.FAILED,
        verifier="deterministic",
        evidence=(Evidence(check="file_exists a", status=VerdictStatus.FAILED, detail="missing"),),
    )
    retry = e.AttemptFailed(
        reason="it is missing",
        failure=FailureKind.CAPABILITY,
        category=ErrorCategory.NOT_FOUND,
        next_step="retry",
    )

    lines = show((e.VerdictReached(verdict=verdict), "one", 1), (retry, "one", 1))

    assert lines == [
        "  ✗ failed (deterministic)",
        "    ✗ file_exists a: missing",
        "  ✗ attempt failed, trying again: it is missing",
    ]


def test_failing_checks_are_named_and_a_flood_is_cut(show):
    show(e.PlanCreated(plan=ONE, source="trivial"))
    passed = Evidence(check="file_exists a", status=VerdictStatus.PASSED)
    failed = [
        Evidence(check=f"runs {i}", status=VerdictStatus.FAILED, detail="exit 1") for i in range(7)
    ]

    lines = show((e.ChecksRun(step=1, evidence=(passed, *failed)), "one", 1))

    assert lines[:2] == ["  · 1 of 8 checks passed so far", "    ✗ runs 0: exit 1"]
    assert lines[-1] == "    … and 2 more"
    assert len(lines) == 7


def test_words_for_the_model_are_not_shown():
    repeated, talked = (
        describe_event(e.NudgeSent(step=1, text=text))[0].text
        for text in (conversation._REPEATED, "That was text, not an action.")
    )

    assert repeated == "the model repeated itself; told to go on"
    assert talked == "the model gave no usable action; told to go on"


def test_an_answer_splits_its_time(show):
    response = ModelResponse(
        usage=Usage(prompt_tokens=1000, completion_tokens=40, calls=1),
        timings=Timings(first_token_seconds=1.0, total_seconds=3.0),
    )
    answered = e.ModelCallFinished(step=1, model="m", role="executor", response=response)

    assert " ".join(show(answered)) == (
        "· executor answered: 40 tokens in 3.0 s, first token after 1.0 s, then 20 tokens/s, "
        "0% of 1,000 prompt tokens cached"
    )


def test_the_status_line_says_for_which_model_it_waits(event, capsys):
    progress = TaskProgress("t1")
    view = LiveView(progress, StatusLine(is_shown=True))
    started = event(e.ModelCallStarted(step=1, model="qwen", role="planner"))

    progress.apply(started)
    view.show(started)
    waiting = capsys.readouterr().err
    failed = e.ModelCallFailed(step=1, model="qwen", role="planner", error="E", message="gone")
    progress.apply(event(failed))
    view.refresh()

    assert "planning: waiting for qwen to read the" in waiting
    assert "tokens/s" not in waiting
    assert "waiting" not in capsys.readouterr().err


def test_a_download_is_counted_in_the_status_line(capsys):
    status = StatusLine(is_shown=True)
    notices = Notices(status, agrees=True)
    view = LiveView(TaskProgress("t1"), status)

    notices.say("fetching qwen: 1 of 491 MB (0 %)")
    notices.say("fetching qwen: 2 of 491 MB (0 %)")
    assert capsys.readouterr().err == ""
    view.refresh()

    assert "fetching qwen: 2 of 491 MB" in capsys.readouterr().err


def test_without_a_status_line_a_download_is_counted_in_lines(capsys):
    Notices(StatusLine(is_shown=False), agrees=True).say("fetching qwen: 1 of 491 MB (0 %)")

    assert capsys.readouterr().err == "fetching qwen: 1 of 491 MB (0 %)\n"


def test_a_long_line_is_cut_off_a_terminal_too(show):
    lines = show(e.PlanDegraded(reason="x" * 5000))

    assert len(lines[0]) == 200


@pytest.mark.parametrize(
    "body",
    [
        e.TaskClaimed(owner="x", is_resumed=True),
        e.PlanningStarted(),
        e.PlanRejected(problems=("a cycle",)),
        e.PlanDegraded(reason="r"),
        e.PlanPruned(removed=("r",)),
        e.PlanReplaced(plan=ONE, reason="r"),
        e.NudgeSent(step=1, text="r"),
        e.ToolCallDenied(step=1, call_id="c", tool="t", reason="r", by="policy"),
        e.StepInDoubt(step=1, call_id="c", tool="t"),
        e.ApprovalRequested(approval_id="a", what="w", reason="r"),
        e.ApprovalDecided(approval_id="a", approved=False, by="b"),
        e.SubtaskCompleted(summary="", confidence=1.0),
        e.SubtaskFailed(reason="r"),
        e.SubtaskBlocked(reason="r"),
        e.SubtaskStalled(reason="r"),
        e.SubtaskSkipped(reason="r"),
        e.SubtaskParked(reason="r", approval_id="a"),
        e.ExtractionFailed(error="r"),
        e.HookFailed(hook="h", plugin="p", error="r"),
        e.ChecksRun(step=1, evidence=()),
    ],
    ids=lambda body: type(body).__name__,
)
def test_whatever_a_person_should_know_has_a_line_with_a_mark(body):
    lines = describe_event(body)

    assert lines
    assert all(line.text and line.mark for line in lines)


def test_what_is_only_for_the_journal_has_none():
    assert describe_event(e.TaskExecutionStarted()) == []
