"""A task folded from its events."""

from loom_core import events as e
from loom_core.cli.progress.task_progress import TaskProgress
from loom_core.types import (
    ModelResponse,
    ModelRole,
    Plan,
    Subtask,
    SubtaskState,
    TaskState,
    Timings,
    Usage,
    Verdict,
    VerdictStatus,
)

PLAN = Plan(
    subtasks=(
        Subtask(id="one", description="First"),
        Subtask(id="two", description="Second", depends_on=("one",)),
    )
)


def fold(*events: e.Event) -> TaskProgress:
    progress = TaskProgress("t1")
    for item in events:
        progress.apply(item)
    return progress


def answered(completion_tokens: int) -> e.ModelCallFinished:
    return e.ModelCallFinished(
        step=1,
        model="m",
        role=ModelRole.EXECUTOR,
        response=ModelResponse(
            usage=Usage(
                prompt_tokens=100, cached_tokens=75, completion_tokens=completion_tokens, calls=1
            ),
            timings=Timings(first_token_seconds=1.0, total_seconds=3.0),
        ),
    )


def test_a_new_task_has_its_goal(event):
    progress = fold(event(e.TaskCreated(goal="g", workspace="/w")))

    assert (progress.goal, progress.workspace, progress.state) == ("g", "/w", TaskState.PENDING)


def test_subtasks_follow_their_events(event):
    verdict = Verdict(status=VerdictStatus.PASSED, verifier="deterministic")
    progress = fold(
        event(e.PlanCreated(plan=PLAN, source="planner")),
        event(e.SubtaskStarted(tier=1), "one", 1),
        event(e.VerdictReached(verdict=verdict), "one", 1),
        event(e.SubtaskCompleted(summary="did it", confidence=1.0), "one", 1),
    )

    one, two = progress.subtasks.values()
    assert (one.state, one.summary, one.verdict) == (SubtaskState.COMPLETED, "did it", verdict)
    assert two.state is SubtaskState.PENDING
    assert progress.finished_count == 1


def test_a_failed_attempt_leaves_its_reason_and_the_next_counts(event):
    failed = e.AttemptFailed(
        reason="no file", failure="capability", category="validation", next_step="retry"
    )
    progress = fold(
        event(e.PlanCreated(plan=PLAN, source="planner")),
        event(e.SubtaskStarted(tier=1), "one", 1),
        event(failed, "one", 1),
        event(e.SubtaskStarted(tier=1), "one", 2),
    )

    one = progress.subtasks["one"]
    assert (one.attempt, one.reason, one.state) == (2, "no file", SubtaskState.RUNNING)


def test_tokens_and_speed_add_up(event):
    progress = fold(event(answered(20)), event(answered(40)))

    assert progress.usage.completion_tokens == 60
    assert progress.usage.cache_share == 0.75
    assert progress.tokens_per_second == 15.0


def test_a_new_plan_keeps_what_is_done(event):
    second = Plan(version=2, subtasks=(PLAN.subtasks[0], Subtask(id="three", description="New")))
    progress = fold(
        event(e.PlanCreated(plan=PLAN, source="planner")),
        event(e.SubtaskStarted(tier=1), "one", 1),
        event(e.SubtaskCompleted(summary="", confidence=1.0), "one", 1),
        event(e.PlanReplaced(plan=second, reason="r", cancelled=("two",))),
    )

    assert list(progress.subtasks) == ["one", "three"]
    assert progress.subtasks["one"].state is SubtaskState.COMPLETED
    assert progress.plan_version == 2


def test_time_without_an_engine_does_not_count(event):
    paused = [
        event(e.TaskClaimed(owner="a")),  # 1 s
        event(e.TaskExecutionStarted()),  # 2 s
        event(e.TaskPaused(reason="interrupted")),  # 3 s
    ]
    for _ in range(50):
        event(e.TaskExecutionStarted())
    resumed = [
        event(e.TaskClaimed(owner="b", is_resumed=True)),
        event(e.TaskCompleted(summary="", confidence=1)),
    ]

    progress = fold(*paused, *resumed)

    assert progress.clock.elapsed_seconds() == 3.0
    assert progress.state is TaskState.COMPLETED


def test_a_crashed_engine_worked_until_its_last_event(event):
    crashed = [event(e.TaskClaimed(owner="a")), event(e.TaskExecutionStarted())]
    for _ in range(50):
        event(e.TaskExecutionStarted())
    resumed = [event(e.TaskClaimed(owner="b", is_resumed=True)), event(e.TaskFailed(reason="no"))]

    assert fold(*crashed, *resumed).clock.elapsed_seconds() == 2.0


def test_open_approvals_are_known_until_they_are_decided(event):
    parked = e.SubtaskParked(reason="unverified", approval_id="one-4")
    asked = [
        event(e.PlanCreated(plan=PLAN, source="planner")),
        event(e.SubtaskStarted(tier=1), "one", 4),
        event(parked, "one", 4),
        event(e.TaskWaiting(reason="a human")),
    ]

    waiting = fold(*asked)
    answered_ = fold(
        *asked, event(e.ApprovalDecided(approval_id="one-4", approved=True, by="x"), "one")
    )

    assert waiting.approvals == {"one-4": "accept one: unverified"}
    assert waiting.state is TaskState.WAITING_APPROVAL
    assert waiting.subtasks["one"].state is SubtaskState.WAITING_APPROVAL
    assert answered_.approvals == {}
    assert answered_.subtasks["one"].state is SubtaskState.PENDING


def test_a_failed_task_skips_what_never_ran(event):
    progress = fold(
        event(e.PlanCreated(plan=PLAN, source="planner")),
        event(e.TaskFailed(reason="no", advice="do this")),
    )

    assert {s.state for s in progress.subtasks.values()} == {SubtaskState.SKIPPED}
    assert (progress.reason, progress.advice) == ("no", "do this")
