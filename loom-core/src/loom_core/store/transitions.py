"""Which event moves a task or a subtask to which state. This page is the whole state machine.

A task that is completed, failed or cancelled never changes its state again, nor that of its subtasks.
A subtask that is completed or skipped changes only through a new plan: ``after_replanning``.
"""

from collections.abc import Mapping

from loom_core import events
from loom_core.types import SubtaskState, TaskState

__all__ = [
    "ANSWERS",
    "ENDINGS",
    "FINAL_STATES",
    "PLAN_EVENTS",
    "SUBTASK_STATES",
    "TASK_STATES",
    "after_answer",
    "after_replanning",
    "is_settled",
]

TASK_STATES: Mapping[type[events.EventBody], TaskState] = {
    events.TaskCreated: TaskState.PENDING,
    events.PlanningStarted: TaskState.PLANNING,
    events.TaskExecutionStarted: TaskState.EXECUTING,
    events.TaskWaiting: TaskState.WAITING_APPROVAL,
    events.TaskPaused: TaskState.PAUSED,
    events.TurnStarted: TaskState.EXECUTING,
    events.TurnAnswered: TaskState.PAUSED,
    events.TurnInterrupted: TaskState.PAUSED,
    events.TurnFailed: TaskState.PAUSED,
    events.TaskCompleted: TaskState.COMPLETED,
    events.TaskFailed: TaskState.FAILED,
    events.TaskCancelled: TaskState.CANCELLED,
}
"""The state of the task after an event of that type."""

SUBTASK_STATES: Mapping[type[events.EventBody], SubtaskState] = {
    events.SubtaskStarted: SubtaskState.RUNNING,
    events.ApprovalRequested: SubtaskState.WAITING_APPROVAL,
    events.QuestionAsked: SubtaskState.WAITING_APPROVAL,
    events.OutcomeReached: SubtaskState.VERIFYING,
    events.AttemptFailed: SubtaskState.PENDING,
    events.SubtaskParked: SubtaskState.WAITING_APPROVAL,
    events.TurnStarted: SubtaskState.RUNNING,
    events.TurnAnswered: SubtaskState.COMPLETED,
    events.TurnInterrupted: SubtaskState.FAILED,
    events.TurnFailed: SubtaskState.FAILED,
    events.SubtaskCompleted: SubtaskState.COMPLETED,
    events.SubtaskFailed: SubtaskState.FAILED,
    events.SubtaskBlocked: SubtaskState.BLOCKED,
    events.SubtaskStalled: SubtaskState.STALLED,
    events.SubtaskSkipped: SubtaskState.SKIPPED,
}
"""The state of the subtask after an event of that type; ``after_answer`` adds those of ``ANSWERS``."""

ANSWERS = frozenset({events.ApprovalDecided, events.QuestionAnswered})
"""What a human says to a subtask that waits."""

PLAN_EVENTS = frozenset({events.PlanCreated, events.PlanReplaced})
"""Give every subtask of the plan its state: pending, or as ``after_replanning`` says."""

FINAL_STATES = frozenset(state.value for state in TaskState if state.is_terminal)
"""The states of a task that never change, as the database has them."""

ENDINGS: Mapping[type[events.EventBody], str] = {
    events.TaskCompleted: "the task was completed without it",
    events.TaskFailed: "the task failed before it finished",
    events.TaskCancelled: "the task was cancelled before it finished",
}
"""End a task: subtasks that are not finished become skipped for that reason.

Pausing is no ending: a paused task's subtasks keep their state, which is where a resume goes on.
"""


def is_settled(state: SubtaskState) -> bool:
    """Whether only a new plan may change a subtask in this state."""
    return state is SubtaskState.COMPLETED or state is SubtaskState.SKIPPED


def after_answer(state: SubtaskState, *, is_parking: bool) -> SubtaskState:
    """The state of a subtask once a human answered, whatever was said.

    A gated call or a question goes on with its attempt. The attempt of a parked subtask is over: it
    waits for the next one, or for the event that ends it.
    """
    if state is not SubtaskState.WAITING_APPROVAL:
        return state
    return SubtaskState.PENDING if is_parking else SubtaskState.RUNNING


def after_replanning(state: SubtaskState, *, is_planned: bool) -> SubtaskState:
    """The state of an earlier plan's subtask under the new plan.

    Completed work stays, and what runs goes on if it is still planned. What failed, is blocked,
    stalled or was skipped gets another chance if it is planned again, and stays as it is if not.
    """
    if is_planned:
        has_failed = state.is_finished and state is not SubtaskState.COMPLETED
        return SubtaskState.PENDING if has_failed else state
    return state if state.is_finished else SubtaskState.SKIPPED
