"""Getting the plan of a task and putting it in force, and replacing it when it no longer holds."""

import logging
import sys
from collections.abc import Awaitable, Mapping, Sequence
from typing import TypeVar

from loom_core.engine.context import RunContext
from loom_core.engine.scope import TaskScope
from loom_core.errors import LoomError, PlanRejected, PluginError
from loom_core.events import (
    Event,
    EventBody,
    LessonsApplied,
    MemoryExtracted,
    PlanCreated,
    PlanningStarted,
    PlanReplaced,
)
from loom_core.hooks import Answer
from loom_core.planning.planner import BUILT_IN_PLANNER, WHOLE_GOAL_ID
from loom_core.planning.validation import problems_of
from loom_core.redaction import redact
from loom_core.settings import known_secrets
from loom_core.store import Entry
from loom_core.types import MemoryEntry, MemoryKind, ModelRole, Outcome, Plan

_log = logging.getLogger(__name__)

_URGENCY = sys.maxsize
"""All other work of the task waits for its plan."""

T = TypeVar("T")


class Planning:
    """Asks the planning hooks and commits what they give."""

    def __init__(self, scope: TaskScope, events: Sequence[Event]) -> None:
        """Know what was recorded outside any subtask."""
        self._scope = scope
        self._limit_seconds = scope.settings.execution.subtask_timeout_seconds
        self._recorded = [event for event in events if not event.subtask_id]
        self._secrets = known_secrets(scope.settings)

    async def first_plan(self) -> Plan:
        """The first plan, valid and in force. Raises ``PlanRejected`` or ``PluginError``."""
        await self._commit(PlanningStarted())
        context = self._context(version=1)
        answer = await _asked(
            self._scope.hooks.plan(self._scope.task, context, limit_seconds=self._limit_seconds)
        )
        if answer is None:
            raise PlanRejected(["no installed plugin makes plans"])
        self._refuse_invalid(answer.value)
        plan = await self._with_starting_tiers(answer.value, context)
        await context.settle()
        await self._commit(PlanCreated(plan=plan, source=_source(answer)))
        return plan

    async def next_plan(
        self, plan: Plan, outcomes: Mapping[str, Outcome], reason: str
    ) -> Plan | None:
        """The next version, valid and in force; None when every hook declines."""
        context = self._context(version=plan.version + 1)
        asking = self._scope.hooks.replan(
            self._scope.task, plan, outcomes, context, limit_seconds=self._limit_seconds
        )
        proposed = await _asked(asking)
        if proposed is None:
            return None
        new = proposed.model_copy(update={"version": plan.version + 1})
        self._refuse_invalid(new)
        new = await self._with_starting_tiers(new, context)
        kept = {subtask.id for subtask in new.subtasks}
        vanished = tuple(item.id for item in plan.subtasks if item.id not in kept)
        await context.settle()
        decision = self._decision(new, reason)
        await self._scope.memory.add([decision])
        await self._commit(
            PlanReplaced(plan=new, reason=reason, cancelled=vanished),
            MemoryExtracted(entries=(decision,)),
        )
        return new

    def _decision(self, new: Plan, reason: str) -> MemoryEntry:
        """That and why the plan was replaced, for whoever works on."""
        said = redact(
            f"plan {new.version} replaced the one before, because {reason}", self._secrets
        )
        return MemoryEntry(kind=MemoryKind.DECISION, text=said[:2000], tags=("plan",))

    async def _with_starting_tiers(self, plan: Plan, context: RunContext) -> Plan:
        """The plan, its subtasks starting with stronger models where lessons say so."""
        models = self._scope.router.models.values()
        tiers = {model.tier for model in models if ModelRole.EXECUTOR in model.roles}
        raised, applied = await self._scope.lessons.raise_tiers(plan, tiers)
        if applied:
            await context.emit(LessonsApplied(lessons=tuple(applied)))
        return raised

    def _context(self, *, version: int) -> RunContext:
        """Capabilities outside any subtask; the plan's version stands where an attempt would."""
        journal = self._scope.open_journal(
            self._scope.store,
            self._scope.task.id,
            fence=self._scope.fence,
            attempt=version,
            recorded=[event for event in self._recorded if event.attempt == version],
        )
        return RunContext(self._scope, journal, tools={}, urgency=_URGENCY)

    def _refuse_invalid(self, plan: Plan) -> None:
        """Raise with every problem of a plan, whoever made it."""
        problems = problems_of(plan)
        if problems:
            raise PlanRejected(problems)

    async def _commit(self, *bodies: EventBody) -> None:
        """Journal events of the task."""
        for body in bodies:
            self._scope.taints.note("", body)
        entries = [Entry(body) for body in bodies]
        await self._scope.store.append(self._scope.task.id, entries, fence=self._scope.fence)


async def _asked(question: Awaitable[T]) -> T:
    """What the planning hooks answer. Raises ``PluginError`` for what Loom does not raise itself."""
    try:
        return await question
    except LoomError:
        raise
    except Exception as error:
        _log.warning("planning failed", exc_info=error)
        said = "; ".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())])
        raise PluginError(f"planning failed: {said}") from error


def _source(answer: Answer[Plan]) -> str:
    """Who made a plan: a plugin, or the built-in planner in one of its ways."""
    plan = answer.value
    if answer.plugin != BUILT_IN_PLANNER:
        return answer.plugin
    if plan.degraded:
        return "degraded"
    is_whole_goal = len(plan.subtasks) == 1 and plan.subtasks[0].id == WHOLE_GOAL_ID
    return "trivial" if is_whole_goal else "planner"
