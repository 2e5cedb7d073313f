"""What is to be done: task, plan, subtask and the states they go through."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from loom_core.types.frozen import Frozen

MAX_TIER = 3
"""The highest model tier and verification tier."""
MAX_GOAL_CHARACTERS = 100_000
"""Of a goal, and of a subtask's description, which may be the whole goal."""


class TaskState(StrEnum):
    """Where a task stands. The last three are terminal and never change."""

    PENDING = "pending"
    PLANNING = "planning"
    EXECUTING = "executing"
    WAITING_APPROVAL = "waiting_approval"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        """Whether the task can never change its state again."""
        return self in {TaskState.COMPLETED, TaskState.FAILED, TaskState.CANCELLED}


class PauseCause(StrEnum):
    """Why a task is paused, which decides whether it may go on by itself."""

    TROUBLE = "trouble"
    """A model or something around it has to be mended first."""
    INTERRUPTED = "interrupted"
    """The engine was stopped; the next one may go on."""
    ASKED = "asked"
    """Somebody wants it to stand still until somebody says so."""


class SubtaskState(StrEnum):
    """Where a subtask stands."""

    PENDING = "pending"
    RUNNING = "running"
    VERIFYING = "verifying"
    WAITING_APPROVAL = "waiting_approval"
    COMPLETED = "completed"
    FAILED = "failed"
    BLOCKED = "blocked"
    STALLED = "stalled"
    SKIPPED = "skipped"

    @property
    def is_finished(self) -> bool:
        """Whether the subtask neither runs nor waits to run in this version of the plan."""
        return self in {
            SubtaskState.COMPLETED,
            SubtaskState.FAILED,
            SubtaskState.BLOCKED,
            SubtaskState.STALLED,
            SubtaskState.SKIPPED,
        }


class ApprovalMode(StrEnum):
    """Who says yes to a gated action: the policy, the human, or the policy above a confidence."""

    AUTO = "auto"
    MANUAL = "manual"
    CONFIDENCE_THRESHOLD = "confidence_threshold"


class TaskKind(StrEnum):
    """How a goal is worked on."""

    GOAL = "goal"
    """Planned, run and verified by itself."""
    SESSION = "session"
    """Turn by turn with the user, in cowork mode; it has no plan and no verdict."""


class CheckSpec(Frozen):
    """One executable acceptance check, by the name of a check in the group ``loom.checks``."""

    kind: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    """Entry-point name of the check, such as ``file_exists``."""
    target: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    """What is looked at: a workspace path, a shell command or a loopback URL, as the check says."""
    expected: Annotated[str, StringConstraints(max_length=2000)] = ""
    """Text that must be found; empty where the check needs none."""
    criterion: str = ""
    """The acceptance criterion that the check was made from; empty when it comes from elsewhere."""


SubtaskId = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", min_length=1, max_length=60)
]
"""A subtask's name inside its plan, in kebab-case."""


class Subtask(Frozen):
    """One node of a plan."""

    id: SubtaskId
    description: Annotated[str, StringConstraints(min_length=1, max_length=MAX_GOAL_CHARACTERS)]
    """What to do, complete in itself: the subtask's model sees no other subtask's text."""
    depends_on: Annotated[tuple[str, ...], Field(max_length=50)] = ()
    """Ids of the subtasks that must be completed before this one starts."""
    acceptance_criteria: tuple[str, ...] = ()
    checks: tuple[CheckSpec, ...] = ()
    model_tier: Annotated[int, Field(ge=1, le=MAX_TIER)] = 1
    """The weakest tier of model that should try it first, 1 to 3."""
    verification_tier: Annotated[int, Field(ge=1, le=MAX_TIER)] = 1
    """The last tier of verification to run, 1 to 3."""
    is_critical_path: bool = False
    write_scope: tuple[str, ...] = ()
    """Glob patterns of the paths it may write; empty means not declared."""
    tools: tuple[str, ...] = ()
    """Names of the tools it gets; empty means all that are enabled."""


class Plan(Frozen):
    """A graph of subtasks. Replanning makes the next version and keeps finished work."""

    subtasks: tuple[Subtask, ...]
    version: Annotated[int, Field(ge=1)] = 1
    degraded: bool = False
    """True when no valid plan could be had and the whole goal became one subtask."""


class Task(Frozen):
    """A goal with a workspace, as it was asked for."""

    id: str
    goal: Annotated[str, StringConstraints(min_length=1, max_length=MAX_GOAL_CHARACTERS)]
    workspace: str
    """Absolute path of the directory that the task may change."""
    context: str = ""
    """What the user said beside the goal."""
    approval_mode: ApprovalMode = ApprovalMode.AUTO
    kind: TaskKind = TaskKind.GOAL
