from datetime import timedelta

import pytest

from loom_core import events
from loom_core.errors import StoreBusy, StoreError, SubtaskIsOver
from loom_core.events import EVENT_TYPES
from loom_core.store import Entry
from loom_core.store.projection import HANDLED, WITHOUT_EFFECT, project
from loom_core.types import SubtaskState, TaskState, Usage


class NoRows:
    """Tables that nothing was written to."""

    def task(self, _task_id):
        return None


COMPLETED = events.SubtaskCompleted(summary="done", confidence=0.9)


def test_every_event_type_changes_rows_or_is_said_not_to():
    assert set(EVENT_TYPES.values()) == HANDLED | WITHOUT_EFFECT
    assert not HANDLED & WITHOUT_EFFECT


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("PlanningStarted", TaskState.PLANNING),
        ("TaskExecutionStarted", TaskState.EXECUTING),
        ("TaskWaiting", TaskState.WAITING_APPROVAL),
        ("TaskPaused", TaskState.PAUSED),
        ("TaskCompleted", TaskState.COMPLETED),
        ("TaskFailed", TaskState.FAILED),
        ("TaskCancelled", TaskState.CANCELLED),
    ],
)
async def test_event_moves_the_task(name, state, run, bodies):
    assert await run.state() is TaskState.PENDING

    await run.add(bodies[name])

    assert await run.state() is state


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("SubtaskStarted", SubtaskState.RUNNING),
        ("ApprovalRequested", SubtaskState.WAITING_APPROVAL),
        ("OutcomeReached", SubtaskState.VERIFYING),
        ("AttemptFailed", SubtaskState.PENDING),
        ("SubtaskParked", SubtaskState.WAITING_APPROVAL),
        ("SubtaskCompleted", SubtaskState.COMPLETED),
        ("SubtaskFailed", SubtaskState.FAILED),
        ("SubtaskBlocked", SubtaskState.BLOCKED),
        ("SubtaskStalled", SubtaskState.STALLED),
        ("SubtaskSkipped", SubtaskState.SKIPPED),
    ],
)
async def test_event_moves_the_subtask(name, state, run, bodies):
    if name != "SubtaskStarted":
        await run.add_to_first(events.SubtaskStarted(tier=1))

    await run.add_to_first(bodies[name])

    assert await run.states() == {"first": state, "second": SubtaskState.PENDING}


def test_every_state_is_reached_by_the_tests_above():
    task_states = _parameters(test_event_moves_the_task) | {TaskState.PENDING}

    assert task_states == set(TaskState)
    assert _parameters(test_event_moves_the_subtask) == set(SubtaskState)


def _parameters(test):
    [mark] = [mark for mark in test.pytestmark if mark.name == "parametrize"]
    return {state for _, state in mark.args[1]}


async def test_decided_gated_call_lets_its_attempt_go_on(run, bodies):
    await run.add_to_first(events.SubtaskStarted(tier=1), bodies["ApprovalRequested"])

    await run.add_to_first(bodies["ApprovalDecided"])

    assert (await run.states())["first"] is SubtaskState.RUNNING
    [approval] = await run.store.approvals(run.task_id)
    assert (approval.what, approval.decision, approval.decided_by) == ("rm -r x", True, "terminal")


async def test_decided_parked_subtask_waits_for_its_next_attempt(run):
    await run.add_to_first(
        events.SubtaskStarted(tier=1),
        events.ApprovalRequested(approval_id="p", what="retry?", reason="used up"),
        events.SubtaskParked(reason="used up", approval_id="p"),
    )

    await run.add_to_first(events.ApprovalDecided(approval_id="p", approved=False, by="me"))

    assert (await run.states())["first"] is SubtaskState.PENDING


async def test_approval_keeps_all_that_is_said_of_it_in_any_order(run):
    await run.add_to_first(events.SubtaskParked(reason="used up", approval_id="p"))
    await run.add_to_first(events.ApprovalRequested(approval_id="p", what="retry?", reason="why"))

    [approval] = await run.store.approvals(run.task_id)

    assert (approval.what, approval.reason, approval.decision) == ("retry?", "why", None)


async def test_late_decision_is_kept_and_moves_nothing(run, bodies):
    await run.add_to_first(bodies["ApprovalRequested"], events.SubtaskSkipped(reason="r"))

    await run.add_to_first(bodies["ApprovalDecided"])

    assert (await run.states())["first"] is SubtaskState.SKIPPED
    assert (await run.store.approvals(run.task_id))[0].decision is True


async def test_completed_subtask_never_changes(run, bodies):
    await run.add_to_first(COMPLETED)

    for name in ("SubtaskStarted", "AttemptFailed", "SubtaskFailed", "SubtaskSkipped"):
        with pytest.raises(SubtaskIsOver, match=f"'first'.*already completed; {name}"):
            await run.add_to_first(bodies[name])

    assert (await run.states())["first"] is SubtaskState.COMPLETED


async def test_subtask_that_no_plan_has_is_refused(run, bodies):
    with pytest.raises(StoreError, match="no plan of task task-1 has a subtask 'third'"):
        await run.add(events.SubtaskStarted(tier=1), subtask_id="third", attempt=1)
    with pytest.raises(StoreError, match="no plan of task task-1 has a subtask 'third'"):
        await run.add(bodies["ModelCallFinished"], subtask_id="third", attempt=1)
    with pytest.raises(StoreError, match="which subtask"):
        await run.add(events.SubtaskStarted(tier=1))


def test_event_of_a_task_that_was_never_created_is_refused(bodies, clock):
    event = events.Event(sequence=1, task_id="t", at=clock.now, body=bodies["TaskPaused"])

    with pytest.raises(StoreError, match="task t was never created, so TaskPaused"):
        project(event, NoRows())


async def test_tokens_and_calls_add_up(run, bodies):
    answered = bodies["ModelCallFinished"]

    await run.add(answered)
    await run.add_to_first(answered, answered)

    [first, second] = await run.store.subtasks(run.task_id)
    assert first.usage == Usage(prompt_tokens=200, cached_tokens=120, completion_tokens=14, calls=2)
    assert second.usage == Usage()
    assert (await run.store.task(run.task_id)).usage == Usage(
        prompt_tokens=300, cached_tokens=180, completion_tokens=21, calls=3
    )


async def test_subtask_tells_attempt_model_verdict_and_times(run, bodies, clock):
    begin = clock.now
    await run.add_to_first(events.SubtaskStarted(tier=1), bodies["AttemptFailed"])
    clock.advance(10)
    await run.add_to_first(
        events.SubtaskStarted(tier=3),
        bodies["PromptAssembled"],
        bodies["VerdictReached"],
        COMPLETED,
        attempt=2,
    )

    first = (await run.store.subtasks(run.task_id))[0]

    assert (first.attempt, first.tier, first.model) == (2, 3, "small")
    assert first.verdict == bodies["VerdictReached"].verdict
    assert (first.summary, first.reason, first.confidence) == ("done", "", 0.9)
    assert (first.started_at, first.finished_at) == (begin, begin + timedelta(seconds=10))


async def test_changes_of_files_are_kept_with_their_step(run, bodies):
    [event] = await run.add_to_first(bodies["ToolCallFinished"])

    [record] = await run.store.changes(run.task_id)

    assert record.change == bodies["ToolCallFinished"].result.changes[0]
    assert (record.subtask_id, record.attempt, record.sequence) == ("first", 1, event.sequence)


async def test_undone_changes_count_no_more_until_that_is_taken_back(run, bodies):
    [event] = await run.add_to_first(bodies["ToolCallFinished"])
    [doubt] = await run.add_to_first(bodies["StepInDoubt"])
    key = (event.sequence, 0)
    await run.add(bodies["TaskCompleted"])
    await run.store.release(run.task_id, fence=run.fence)

    [undone] = await run.store.append_unclaimed(
        run.task_id, [Entry(events.ChangesUndone(changes=(), taken_back=(key,)))]
    )
    in_force = await run.store.changes(run.task_id)
    every = await run.store.changes(run.task_id, with_undone=True)
    redone = events.ChangesRedone(redoes=undone.sequence, changes=(), taken_back=(key,))
    await run.store.append_unclaimed(run.task_id, [Entry(redone)])

    assert [record.sequence for record in in_force] == [doubt.sequence]
    assert [record.undone_by for record in every] == [undone.sequence, None]
    assert len(await run.store.changes(run.task_id)) == 2
    assert await run.state() is TaskState.COMPLETED


async def test_nobody_writes_beside_an_engine_that_may_be_alive(run, bodies):
    with pytest.raises(StoreBusy):
        await run.store.append_unclaimed(run.task_id, [Entry(bodies["UndoStarted"])])

    dead = await run.store.append_unclaimed(
        run.task_id, [Entry(bodies["UndoStarted"])], is_alive=lambda _owner: False
    )
    assert [event.type for event in dead] == ["UndoStarted"]


async def test_contents_are_needed_by_changes_and_by_undos(run, bodies):
    await run.add_to_first(bodies["ToolCallFinished"])
    change = bodies["UndoStarted"].changes[0]
    other = change.model_copy(update={"before": "b" * 64, "after": "c" * 64})
    await run.add(events.UndoStarted(changes=(other,), taken_back=()))

    [needed] = await run.store.needed_contents()

    assert (needed.task_id, needed.is_over) == (run.task_id, False)
    assert needed.sha256s == {change.before, other.before, other.after} - {""}


async def test_new_plan_keeps_finished_work_and_running_work(run, make_plan):
    await run.add(events.PlanReplaced(plan=make_plan(*"abcdef", version=2), reason="r"))
    for name, body in {
        "a": COMPLETED,
        "b": events.SubtaskStarted(tier=1),
        "c": events.SubtaskFailed(reason="x"),
        "d": events.SubtaskFailed(reason="x"),
        "e": events.SubtaskStarted(tier=1),
    }.items():
        await run.add(body, subtask_id=name, attempt=1)

    await run.add(events.PlanReplaced(plan=make_plan(*"cbag", version=3), reason="r"))

    assert await run.states() == {
        "first": SubtaskState.SKIPPED,
        "second": SubtaskState.SKIPPED,
        "a": SubtaskState.COMPLETED,
        "b": SubtaskState.RUNNING,
        "c": SubtaskState.PENDING,
        "d": SubtaskState.FAILED,
        "e": SubtaskState.SKIPPED,
        "f": SubtaskState.SKIPPED,
        "g": SubtaskState.PENDING,
    }
    task = await run.store.task(run.task_id)
    assert task.plan == make_plan(*"cbag", version=3)
    assert task.replans == 2


async def test_plan_that_is_not_newer_is_refused(run, make_plan):
    with pytest.raises(StoreError, match="follows version 1 of its plan; version 1 was not"):
        await run.add(events.PlanReplaced(plan=make_plan("x", version=1), reason="r"))

    assert (await run.store.task(run.task_id)).plan == make_plan("first", "second")


async def test_late_result_of_a_vanished_subtask_is_refused(run, make_plan):
    await run.add_to_first(events.SubtaskStarted(tier=1))
    await run.add(events.PlanReplaced(plan=make_plan("second", version=2), reason="r"))

    with pytest.raises(SubtaskIsOver, match="already skipped"):
        await run.add_to_first(COMPLETED)


async def test_end_of_the_task_leaves_nothing_running(run, bodies):
    await run.add_to_first(events.SubtaskStarted(tier=1))

    await run.add(bodies["TaskCancelled"])

    records = await run.store.subtasks(run.task_id)
    assert {record.state for record in records} == {SubtaskState.SKIPPED}
    assert {record.reason for record in records} == {"the task was cancelled before it finished"}


async def test_pause_keeps_what_a_resume_goes_on_with(run, bodies):
    await run.add_to_first(events.SubtaskStarted(tier=1))

    await run.add(bodies["TaskPaused"])

    assert (await run.states())["first"] is SubtaskState.RUNNING
