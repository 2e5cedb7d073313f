"""Asking a model for a plan until it is valid, with a bounded number of corrections."""

from collections.abc import Callable, Sequence

from pydantic import ValidationError

from loom_core.contracts.context import Context
from loom_core.dialects import first_object
from loom_core.errors import PlanRejected
from loom_core.events import PlanRejected as PlanRejectedEvent
from loom_core.planning.prompt import correction_message
from loom_core.planning.schema import PlanDraft, plan_of, plan_schema, without_review
from loom_core.prompts import with_instructions
from loom_core.types import FinishReason, Message, ModelResponse, ModelRole, Plan

MAX_CORRECTIONS = 2
_LEAST_TIER_FOR_CRITERIA = 2


async def draft_plan(
    context: Context,
    messages: Sequence[Message],
    accept: Callable[[PlanDraft], Plan],
    *,
    is_reviewed: bool = False,
) -> Plan:
    """A plan that ``accept`` takes. Raises ``PlanRejected`` after two corrections.

    Args:
        context: where the model is asked and the rejections are told.
        messages: the request; corrections are appended, so that the prompt only grows.
        accept: makes the plan of a draft, or raises ``PlanRejected`` with what to correct.
        is_reviewed: whether the plan may say what a reviewer has to look at.
    """
    conversation = list(messages)
    schema = plan_schema(is_reviewed=is_reviewed)
    for round_index in range(MAX_CORRECTIONS + 1):
        conversation = with_instructions(conversation, await context.new_instructions())
        response = await context.ask_model(ModelRole.PLANNER, conversation, answer_schema=schema)
        try:
            draft = _parse(response)
            return accept(draft if is_reviewed else without_review(draft))
        except PlanRejected as rejected:
            await context.emit(PlanRejectedEvent(problems=tuple(rejected.problems)))
            if round_index == MAX_CORRECTIONS:
                raise
            conversation += [response.as_message(), correction_message(rejected.problems)]
    raise AssertionError("unreachable: the last round returns or raises")


def plan_from(draft: PlanDraft) -> Plan:
    """The plan of a draft whose fields may not fit a plan. Raises ``PlanRejected``."""
    try:
        return plan_of(draft)
    except ValidationError as error:
        raise PlanRejected(_sentences(error)) from None


def _parse(response: ModelResponse) -> PlanDraft:
    """The draft in an answer. Raises ``PlanRejected`` with what is wrong."""
    was_cut = response.finish_reason is FinishReason.LENGTH
    found = first_object(response.text, may_repair=not was_cut)
    if found is None:
        cut = " It was cut off: write a shorter plan." if was_cut else ""
        raise PlanRejected([f"the answer holds no JSON object.{cut}"])
    try:
        return PlanDraft.model_validate(found.value)
    except ValidationError as error:
        raise PlanRejected(_sentences(error)) from None


def _sentences(error: ValidationError) -> list[str]:
    """The first few problems of a validation, one sentence each."""
    return [
        f"{'.'.join(str(part) for part in problem['loc']) or 'plan'}: {problem['msg']}."
        for problem in error.errors(include_url=False)[:5]
    ]


async def may_ask_for_review(context: Context) -> bool:
    """Whether a plan may say what a reviewer has to look at: a capable planner's, where one looks."""
    facts = await context.model_facts(ModelRole.PLANNER)
    is_on = context.settings.verification.tier2_enabled
    return is_on and facts.tier >= _LEAST_TIER_FOR_CRITERIA
