"""The built-in planner: no model for a goal that is trivial or comes apart, a model for the rest."""

import asyncio
from collections.abc import Sequence

from loom_core.contracts.context import Context
from loom_core.dialects import JsonActionDialect
from loom_core.errors import ModelError, PlanRejected
from loom_core.events import PlanDegraded, PlanPruned
from loom_core.hookspecs import hookimpl
from loom_core.planning.checked_plan import with_derived_checks
from loom_core.planning.clauses import clauses
from loom_core.planning.drafting import draft_plan, may_ask_for_review, plan_from
from loom_core.planning.prompt import planner_messages
from loom_core.planning.pruning import prune
from loom_core.planning.schema import PlanDraft
from loom_core.planning.survey import survey
from loom_core.planning.trivial import is_short, is_trivial
from loom_core.planning.validation import problems_of
from loom_core.types import ModelRole, Plan, Subtask, Task

BUILT_IN_PLANNER = "loom-planner"
"""Name under which the composition root registers the planner."""
WEAKEST_PLANNING_TIER = 2
"""Models below it do not plan: short goals are split by their own words, and nothing is planned again."""
_STEP = "step-"
WHOLE_GOAL_ID = "goal"
"""Id of the one subtask of a plan that no planner made."""


class Planner:
    """Answers ``loom_plan`` when no plugin does."""

    @hookimpl(trylast=True)
    async def loom_plan(self, task: Task, context: Context) -> Plan:
        """The goal's own steps, or one subtask for a trivial one; else a drafted plan, or all in one."""
        if await _plans_weakly(context):
            steps = clauses(task.goal)
            if len(steps) > 1:
                return await _stepwise(steps, context)
            if is_short(task.goal):
                return await _whole_goal(task, context)
        if is_trivial(task.goal):
            return await _whole_goal(task, context)
        try:
            plan = await self._drafted(task, context)
        except PlanRejected as rejected:
            reason = f"the planner gave no valid plan: {'; '.join(rejected.problems)}"
        except ModelError:
            raise
        else:
            pruned = prune(plan)
            if pruned.removed:
                await context.emit(PlanPruned(removed=pruned.removed))
            return await with_derived_checks(pruned.plan, context)
        await context.emit(PlanDegraded(reason=reason))
        degraded = await _whole_goal(task, context)
        return degraded.model_copy(update={"degraded": True})

    async def _drafted(self, task: Task, context: Context) -> Plan:
        """A valid plan from the planning model."""
        seen = await asyncio.to_thread(survey, context.workspace)
        known = [entry.text for entry in await context.recall(task.goal, limit=5)]
        lessons = await context.lessons(task.goal)
        is_reviewed = await may_ask_for_review(context)
        messages = planner_messages(
            task, seen, context.checks, known=known, lessons=lessons, is_reviewed=is_reviewed
        )

        def accept(draft: PlanDraft) -> Plan:
            plan = plan_from(draft)
            problems = problems_of(plan, check_kinds=context.checks.keys())
            if problems:
                raise PlanRejected(problems)
            return plan

        return await draft_plan(context, messages, accept, is_reviewed=is_reviewed)


async def _plans_weakly(context: Context) -> bool:
    """Whether the planning model is one that costs more than it gains: small, and writing JSON actions."""
    facts = await context.model_facts(ModelRole.PLANNER)
    return facts.dialect == JsonActionDialect.name and facts.tier < WEAKEST_PLANNING_TIER


async def _stepwise(steps: Sequence[str], context: Context) -> Plan:
    """A plan of one subtask a step, each after the one before."""
    ids = [f"{_STEP}{number}" for number in range(1, len(steps) + 1)]
    subtasks = tuple(
        Subtask(
            id=name, description=step, depends_on=tuple(ids[:index][-1:]), is_critical_path=True
        )
        for index, (name, step) in enumerate(zip(ids, steps, strict=True))
    )
    return await with_derived_checks(Plan(subtasks=subtasks), context, is_sequence=True)


def is_stepwise(plan: Plan) -> bool:
    """Whether a plan is made of the goal's own steps, without a model."""
    return all(subtask.id.startswith(_STEP) for subtask in plan.subtasks)


async def _whole_goal(task: Task, context: Context) -> Plan:
    """A plan of one subtask with the whole goal in it."""
    only = Subtask(id=WHOLE_GOAL_ID, description=task.goal, is_critical_path=True)
    return await with_derived_checks(Plan(subtasks=(only,)), context)
