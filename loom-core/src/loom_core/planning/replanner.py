"""The built-in replanner: another way to what is left, finished work kept."""

import asyncio

from loom_core.contracts.context import Context
from loom_core.errors import ModelError, PlanRejected
from loom_core.hookspecs import hookimpl
from loom_core.planning.checked_plan import with_derived_checks
from loom_core.planning.drafting import draft_plan, may_ask_for_review, plan_from
from loom_core.planning.planner import WEAKEST_PLANNING_TIER, is_stepwise
from loom_core.planning.prompt import replanner_messages
from loom_core.planning.pruning import prune
from loom_core.planning.schema import PlanDraft
from loom_core.planning.survey import survey
from loom_core.planning.validation import problems_of
from loom_core.types import ModelRole, Outcome, OutcomeStatus, Plan, Task


class Replanner:
    """Answers ``loom_replan`` when no plugin does."""

    @hookimpl(trylast=True)
    async def loom_replan(
        self, task: Task, plan: Plan, outcomes: dict[str, Outcome], context: Context
    ) -> Plan | None:
        """The next version of the plan; None when no model could make a better one.

        A single subtask is the whole goal, and steps are its own words: only a planner above the
        weakest tier can split it in a way that helps; a weak one would repeat the failure at several
        times the cost.
        """
        try:
            facts = await context.model_facts(ModelRole.PLANNER)
            is_weak = facts.tier < WEAKEST_PLANNING_TIER
            if is_weak and (len(plan.subtasks) == 1 or is_stepwise(plan)):
                return None
            return await self._next_version(task, plan, outcomes, context)
        except (ModelError, PlanRejected):
            return None

    async def _next_version(
        self, task: Task, plan: Plan, outcomes: dict[str, Outcome], context: Context
    ) -> Plan:
        """Finished subtasks as they are, then what the model plans for the rest."""
        kept = tuple(
            subtask
            for subtask in plan.subtasks
            if subtask.id in outcomes and outcomes[subtask.id].status is OutcomeStatus.COMPLETED
        )
        finished = [subtask.id for subtask in kept]
        seen = await asyncio.to_thread(survey, context.workspace)
        is_reviewed = await may_ask_for_review(context)
        messages = replanner_messages(
            task,
            plan,
            seen,
            context.checks,
            outcomes=outcomes,
            finished=finished,
            is_reviewed=is_reviewed,
        )

        def accept(draft: PlanDraft) -> Plan:
            new = prune(plan_from(draft)).plan.subtasks
            merged = Plan(subtasks=(*kept, *(item for item in new if item.id not in finished)))
            problems = problems_of(merged, check_kinds=context.checks.keys())
            if len(merged.subtasks) == len(kept):
                problems.append("the plan adds nothing; plan what is left.")
            elif _jobs(merged) == _jobs(plan):
                problems.append("that is the plan that did not work; plan another way.")
            if problems:
                raise PlanRejected(problems)
            return merged

        drafted = await draft_plan(context, messages, accept, is_reviewed=is_reviewed)
        checked = await with_derived_checks(drafted, context)
        return checked.model_copy(update={"version": plan.version + 1})


def _jobs(plan: Plan) -> set[str]:
    """What the subtasks of a plan are to do, whatever they are called."""
    return {" ".join(subtask.description.lower().split()) for subtask in plan.subtasks}
