"""Plans of goals and to-do lists of models as the plan that an editor shows."""

from typing import Any, cast

from acp.helpers import plan_entry, update_plan
from acp.schema import AgentPlanUpdate, PlanEntry, PlanEntryStatus
from pydantic import JsonValue

from loom_core import events as e
from loom_core.events import Event
from loom_core.sanitize import sanitize_line
from loom_core.types import Plan

_STATUSES: dict[str, PlanEntryStatus] = {"in_progress": "in_progress", "done": "completed"}
_ENDED: dict[type[e.EventBody], PlanEntryStatus] = {
    e.SubtaskStarted: "in_progress",
    e.SubtaskCompleted: "completed",
    e.SubtaskFailed: "completed",
    e.SubtaskBlocked: "completed",
    e.SubtaskSkipped: "completed",
}
_FAILED = (e.SubtaskFailed, e.SubtaskBlocked, e.SubtaskSkipped)


def plan_of_list(kept: JsonValue) -> AgentPlanUpdate | None:
    """What a tool keeps as a list of things to do; None when it keeps something else."""
    told = cast("dict[str, Any]", kept) if isinstance(kept, dict) else {}
    items: object = told.get("items")
    if not isinstance(items, list):
        return None
    listed = [
        cast("dict[str, Any]", one) for one in cast("list[object]", items) if isinstance(one, dict)
    ]
    return update_plan(
        plan_entry(
            sanitize_line(str(item.get("content", ""))),
            status=_STATUSES.get(str(item.get("status")), "pending"),
        )
        for item in listed
    )


class GoalPlan:
    """The plan of a goal that runs beside the conversation, as far as it is."""

    def __init__(self) -> None:
        """There is none yet."""
        self._plan: Plan | None = None
        self._ends: dict[str, e.EventBody] = {}

    def take(self, event: Event) -> AgentPlanUpdate | None:
        """The plan after an event; None when the event leaves it as it is."""
        body = event.body
        if isinstance(body, e.PlanCreated | e.PlanReplaced):
            self._plan = body.plan
        elif event.subtask_id and type(body) in _ENDED:
            self._ends[event.subtask_id] = body
        else:
            return None
        return self._drawn()

    def _drawn(self) -> AgentPlanUpdate | None:
        """Every subtask with its state; the protocol has no word for one that failed."""
        if self._plan is None:
            return None
        entries: list[PlanEntry] = []
        for one in self._plan.subtasks:
            end = self._ends.get(one.id)
            text = sanitize_line(one.description)
            entries.append(
                plan_entry(
                    f"{text} (failed)" if isinstance(end, _FAILED) else text,
                    priority="high" if one.is_critical_path else "medium",
                    status=_ENDED[type(end)] if end else "pending",
                )
            )
        return update_plan(entries)
