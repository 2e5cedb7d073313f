"""What the events of a finished task teach: a pure function of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from loom_core import events as e
from loom_core.events import Event
from loom_core.learning.corrections import corrections
from loom_core.learning.shape import shape_of
from loom_core.types import FailureKind, Pattern, PatternKind, Plan

TEACHING = (
    e.ApprovalDecided,
    e.AttemptFailed,
    e.InstructionGiven,
    e.LessonsApplied,
    e.ModelCallStarted,
    e.PlanCreated,
    e.PlanReplaced,
    e.SubtaskBlocked,
    e.SubtaskCompleted,
    e.SubtaskFailed,
    e.SubtaskStalled,
    e.SubtaskStarted,
    e.TaskCompleted,
)
"""The events that lessons are made of; nothing else of a task has to be read."""

_LEAST_TEMPLATE_SUBTASKS = 2
_FROM_A_MODEL = "planner"
"""The source of a plan that a model made."""
_OF_THE_MODEL = frozenset({FailureKind.CAPABILITY, FailureKind.PROTOCOL})
"""Failures that another model might not have."""


@dataclass(slots=True)
class _Course:
    """How one subtask went."""

    first_tier: int = 0
    model: str = ""
    retries: int = 0
    last_failure: str = ""
    failures: dict[str, FailureKind] = field(default_factory=dict[str, FailureKind])
    """The last failure of each model."""
    is_completed: bool = False


def lessons_of(goal: str, events: Sequence[Event]) -> list[Pattern]:
    """Every lesson of a task that is over.

    Args:
        goal: of the task.
        events: of the kinds in ``TEACHING``, in order.
    """
    descriptions = {
        subtask.id: subtask.description for plan in _plans(events) for subtask in plan.subtasks
    }
    courses = _courses(events)
    lessons = [
        lesson
        for name, course in courses.items()
        if name in descriptions
        for lesson in _of_course(name, descriptions[name], course)
    ]
    return [*lessons, *_template(goal, events, courses), *corrections(events)]


def used_patterns(events: Sequence[Event]) -> set[int]:
    """The ids of the patterns that a task made use of."""
    bodies = (event.body for event in events)
    return {
        lesson.pattern_id
        for body in bodies
        if isinstance(body, e.LessonsApplied)
        for lesson in body.lessons
    }


def was_planned(events: Sequence[Event]) -> bool:
    """Whether a model was asked for the task's plan."""
    bodies = (event.body for event in events)
    sources = [body.source for body in bodies if isinstance(body, e.PlanCreated)]
    return any(source in {_FROM_A_MODEL, "degraded"} for source in sources)


def tier_key(shape: str, tier: int) -> str:
    """What statistics of a shape are kept under: a stronger model is another matter."""
    return f"{shape} @{tier}"[:200]


def _plans(events: Sequence[Event]) -> list[Plan]:
    """Every version of the plan."""
    bodies = (event.body for event in events)
    return [body.plan for body in bodies if isinstance(body, e.PlanCreated | e.PlanReplaced)]


def _courses(events: Sequence[Event]) -> dict[str, _Course]:
    """How each subtask went."""
    courses: dict[str, _Course] = {}
    for event in events:
        if event.subtask_id:
            _add(courses.setdefault(event.subtask_id, _Course()), event.body)
    return courses


def _add(course: _Course, body: e.EventBody) -> None:
    """Take in one event of a subtask."""
    match body:
        case e.SubtaskStarted(tier=tier):
            course.first_tier = course.first_tier or tier
        case e.ModelCallStarted(model=model, role="executor"):
            course.model = model
        case e.AttemptFailed(failure=failure, reason=reason, category=category):
            course.retries += 1
            course.last_failure = f"{category}: {reason}"
            if course.model and failure in _OF_THE_MODEL:
                course.failures[course.model] = failure
        case e.SubtaskCompleted():
            course.is_completed = True
            course.failures.pop(course.model, None)
        case _:
            pass


def _of_course(name: str, description: str, course: _Course) -> list[Pattern]:
    """What one subtask teaches."""
    shape = shape_of(description)
    key = tier_key(shape, max(course.first_tier, 1))
    lessons = [
        Pattern(
            kind=PatternKind.MODEL_FAILURE,
            key=f"{model} {key}"[:200],
            text=f"{model} did not reach: {shape} ({failure})"[:600],
            facts={"model": model, "shape": shape},
            subtask_id=name,
        )
        for model, failure in course.failures.items()
    ]
    if not course.is_completed:
        return lessons
    facts: dict[str, JsonValue] = {"model": course.model, "shape": shape}
    done = f"{course.model or 'nobody'} reached: {shape}"
    lessons.append(
        Pattern(
            kind=PatternKind.SUBTASK_SUCCESS, key=key, text=done[:600], facts=facts, subtask_id=name
        )
    )
    if course.retries:
        lessons.append(
            Pattern(
                kind=PatternKind.RETRY_PATTERN,
                key=key,
                text=f"{shape} went wrong before it worked ({course.last_failure})"[:600],
                facts=facts,
                amount=course.retries,
                subtask_id=name,
            )
        )
    return lessons


def _template(goal: str, events: Sequence[Event], courses: dict[str, _Course]) -> list[Pattern]:
    """The plan of a task that a model planned, that held, and that led to the goal."""
    made = [event.body for event in events if isinstance(event.body, e.PlanCreated)]
    is_done = any(isinstance(event.body, e.TaskCompleted) for event in events)
    has_held = not any(isinstance(event.body, e.PlanReplaced) for event in events)
    if not (made and is_done and has_held and made[0].source == _FROM_A_MODEL):
        return []
    plan = made[0].plan
    if len(plan.subtasks) < _LEAST_TEMPLATE_SUBTASKS:
        return []
    return [
        Pattern(
            kind=PatternKind.TASK_TEMPLATE,
            key=" ".join(goal.casefold().split())[:200],
            text=" ".join(goal.split())[:600],
            facts={
                "subtasks": [
                    {
                        "id": subtask.id,
                        "description": subtask.description[:300],
                        "depends_on": list(subtask.depends_on),
                    }
                    for subtask in plan.subtasks
                ]
            },
            amount=sum(course.retries for course in courses.values()),
        )
    ]
