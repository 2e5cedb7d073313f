"""What happens to a task and its plan."""

from typing import Annotated

from pydantic import Field

from loom_core.events.body import EventBody
from loom_core.types import ApprovalMode, PauseCause, Plan, TaskKind


class TaskCreated(EventBody):
    """A goal was accepted."""

    goal: str
    workspace: str
    context: str = ""
    approval_mode: ApprovalMode = ApprovalMode.AUTO
    kind: TaskKind = TaskKind.GOAL
    idempotency_key: str = ""
    """What whoever asked calls the request, so that it makes one task only; empty when nothing."""
    is_hosted: bool = False
    """Whether a server accepted it, which runs it without being asked again, also after a restart."""
    metadata: dict[str, str] = {}
    """What whoever asked wants to find again; nothing acts on it."""
    callback_url: str = ""
    """Who is told when the task has ended or needs a human; empty for nobody."""


class TaskClaimed(EventBody):
    """An engine took the task; every later write carries the new fence."""

    owner: str
    is_resumed: bool = False


class PlanningStarted(EventBody):
    """The task is being planned."""


class PlanRejected(EventBody):
    """The planner's answer was not a valid plan; the problems go back to the model."""

    problems: tuple[str, ...]


class PlanDegraded(EventBody):
    """No valid plan could be had: the whole goal became one subtask."""

    reason: str


class PlanPruned(EventBody):
    """Padding was taken out of a plan."""

    removed: tuple[str, ...]
    """One sentence for each subtask that was taken out."""


class PlanCreated(EventBody):
    """The first plan is in force."""

    plan: Plan
    source: str
    """Who made it: ``trivial``, ``planner``, ``degraded`` or the name of a plugin."""


class PlanReplaced(EventBody):
    """The next version of the plan is in force; finished subtasks stay finished."""

    plan: Plan
    reason: str
    cancelled: tuple[str, ...] = ()
    """Ids of subtasks that are no longer in the plan."""


class TaskExecutionStarted(EventBody):
    """The first subtask may run, or subtasks go on after a wait or a pause."""


class TaskWaiting(EventBody):
    """Nothing can go on before a human answers."""

    reason: str


class TaskPaused(EventBody):
    """The task stopped in good order and can be resumed."""

    reason: str
    cause: PauseCause = PauseCause.TROUBLE


class InstructionGiven(EventBody):
    """The user said something about a task that is under way; every model is told from then on."""

    text: str
    by: str


class TaskCompleted(EventBody):
    """Every subtask is completed."""

    summary: str
    confidence: Annotated[float, Field(ge=0.0, le=1.0)]


class TaskFailed(EventBody):
    """The goal was not reached."""

    reason: str
    advice: str = ""
    """What the user can do about it."""


class TaskCancelled(EventBody):
    """Somebody cancelled the task."""

    by: str


class HookFailed(EventBody):
    """A plugin's observing hook raised; the run went on without it."""

    hook: str
    plugin: str
    error: str
