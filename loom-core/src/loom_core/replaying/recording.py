"""A finished run as its journal tells it: what came from outside, in the order of each attempt."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from loom_core import events as e
from loom_core.errors import UsageError
from loom_core.events import Event, EventBody
from loom_core.types import ModelRole, Plan, Task, TaskState, Verdict

INPUTS = (
    e.ApprovalDecided,
    e.ApprovalRequested,
    e.ChecksRun,
    e.InstructionDelivered,
    e.LessonsApplied,
    e.ModelCallFailed,
    e.ModelCallFinished,
    e.ModelCallStarted,
    e.ModelCameBack,
    e.ModelFailedOver,
    e.PromptAssembled,
    e.QuestionAnswered,
    e.QuestionAsked,
    e.StepInDoubt,
    e.ToolCallDenied,
    e.ToolCallFinished,
    e.ToolCallStarted,
)
"""Events that a replay takes as they were: answers of models, tools and humans, and prompts, which
show a workspace that is not the same any more."""

_BUILT_IN_SOURCES = frozenset({"trivial", "planner", "degraded"})

Place = tuple[str, int]
"""A subtask and its attempt; no subtask and the version of the plan; a subtask and 0 for what
concerns it outside of attempts."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One run that is over."""

    task: Task
    state: TaskState
    events: Sequence[Event]

    def __post_init__(self) -> None:
        """Refuse what has no end to arrive at."""
        if self.state not in {TaskState.COMPLETED, TaskState.FAILED}:
            raise UsageError(
                f"task {self.task.id} is {self.state.value}: only a run that was completed or failed "
                "by itself has an end that a replay can arrive at"
            )

    def at(self, place: Place) -> list[Event]:
        """What was recorded at a place, in order."""
        return by_place(self.events).get(place, [])

    def verdict(self, subtask_id: str, attempt: int) -> Verdict | None:
        """What was said of an attempt; None when nobody was asked."""
        for event in self.at((subtask_id, attempt)):
            if isinstance(event.body, e.VerdictReached):
                return event.body.verdict
        return None

    def plan(self, version: int) -> Plan | None:
        """A version of the plan; None when there was none."""
        for event in self.events:
            body = event.body
            if isinstance(body, e.PlanCreated | e.PlanReplaced) and body.plan.version == version:
                return body.plan
        return None

    @property
    def is_planned_by_plugin(self) -> bool:
        """Whether somebody else's plugin made the first plan."""
        sources = [
            event.body.source for event in self.events if isinstance(event.body, e.PlanCreated)
        ]
        return any(source not in _BUILT_IN_SOURCES for source in sources)

    def prompts(self) -> dict[str, e.PromptAssembled]:
        """The last prompt of each model, by its name in the settings."""
        bodies = (event.body for event in self.events)
        return {body.model: body for body in bodies if isinstance(body, e.PromptAssembled)}

    def pictures(self) -> set[str]:
        """The hashes of the pictures that results had and that are kept apart from the journal."""
        bodies = (event.body for event in self.events)
        results = (body.result for body in bodies if isinstance(body, e.ToolCallFinished))
        return {image.sha256 for one in results for image in one.images if image.sha256}

    def has_asked(self, role: ModelRole, *, since_version: int = 1) -> bool:
        """Whether a model was asked in a role; of planners: for this version of the plan or a later."""
        return any(
            isinstance(event.body, e.ModelCallStarted)
            and event.body.role is role
            and (role is not ModelRole.PLANNER or event.attempt >= since_version)
            for event in self.events
        )


def is_input(body: EventBody) -> bool:
    """Whether an event came from outside the harness."""
    return isinstance(body, INPUTS)


def by_place(events: Sequence[Event]) -> dict[Place, list[Event]]:
    """Events sorted by where they belong, each place in order.

    An answer belongs where it was asked for, also one that came while nobody ran the task.
    """
    places: defaultdict[Place, list[Event]] = defaultdict(list)
    asked: dict[str, Place] = {}
    for event in events:
        place = (event.subtask_id, event.attempt)
        match event.body:
            case e.ApprovalRequested(approval_id=name) | e.QuestionAsked(question_id=name):
                asked[name] = place
            case e.ApprovalDecided(approval_id=name) | e.QuestionAnswered(question_id=name):
                place = asked.get(name, place)
            case _:
                pass
        places[place].append(event)
    return dict(places)
