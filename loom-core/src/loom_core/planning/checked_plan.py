"""A plan with what follows from the words of its subtasks: checks, criteria, and who has to look."""

import asyncio
from collections.abc import Collection, Iterable, Mapping

from loom_core.contracts.check import Check
from loom_core.contracts.context import Context
from loom_core.dialects import JsonActionDialect
from loom_core.planning.derived_checks import derive_checks
from loom_core.planning.derived_criteria import derived_criteria
from loom_core.planning.told_content import FILE_AS_TOLD
from loom_core.types import CheckSpec, ModelRole, Plan, Subtask

_REVIEW = 2
"""The tier of verification in which another model looks."""


async def with_derived_checks(plan: Plan, context: Context, *, is_sequence: bool = False) -> Plan:
    """The plan with checks that follow from what each subtask's description names.

    A planner's own checks stay; a derived one is added when its kind is installed and the same
    look at the same thing is not asked for already. Criteria are made into checks in the same way.
    Who has to look follows: a check that needs a higher tier of verification raises that of its
    subtask, and so does a criterion, or a job, that no check settles. In a sequence each subtask finds
    what those before it make. A job of a small model of which no check follows is a criterion itself:
    that something was changed does not show that it was done.
    """
    # In a thread: a large workspace takes long to walk, and other subtasks go on meanwhile.
    existing = await asyncio.to_thread(lambda: {entry.path for entry in context.workspace.files()})
    is_small = await _is_small(context)
    installed = _worth_running(context, is_small=is_small)
    subtasks: list[Subtask] = []
    for one in plan.subtasks:
        checked = _checked(one, existing, installed)
        if is_small and not (checked.checks or checked.acceptance_criteria):
            checked = checked.model_copy(update={"acceptance_criteria": (checked.description,)})
        subtasks.append(checked)
        if is_sequence:
            existing = _afterwards(existing, checked.checks)
    return plan.model_copy(update={"subtasks": tuple(subtasks)})


async def _is_small(context: Context) -> bool:
    """Whether the model that works on it is too small to call tools by itself."""
    return (await context.model_facts(ModelRole.EXECUTOR)).dialect == JsonActionDialect.name


def _worth_running(context: Context, *, is_small: bool) -> Mapping[str, Check]:
    """The installed checks; what costs more calls of a model only where that makes small mistakes.

    A model that calls tools by itself writes what it is told; asking it twice would cost more than it
    finds.
    """
    return {
        name: check for name, check in context.checks.items() if is_small or name != FILE_AS_TOLD
    }


def _afterwards(existing: Collection[str], checks: Iterable[CheckSpec]) -> set[str]:
    """The files that are there once the checks pass."""
    made = {one.target for one in checks if one.kind in {"file_exists", "file_same_as"}}
    gone = {one.target for one in checks if one.kind == "file_missing"}
    return (set(existing) | made) - gone


def _checked(
    subtask: Subtask, existing: Collection[str], installed: Mapping[str, Check]
) -> Subtask:
    """One subtask, with the files as they are now."""
    criteria = subtask.acceptance_criteria or derived_criteria(subtask.description, existing)
    compiled = [
        check.model_copy(update={"criterion": criterion})
        for criterion in criteria
        for check in derive_checks(criterion, existing)
    ]
    derived = [*compiled, *derive_checks(subtask.description, existing)]
    checks = _merged(subtask.checks, (check for check in derived if check.kind in installed))
    return subtask.model_copy(
        update={
            "checks": checks,
            "acceptance_criteria": criteria,
            "verification_tier": max(
                subtask.verification_tier, _review_tier(checks, criteria, installed)
            ),
        }
    )


def _review_tier(
    checks: Collection[CheckSpec], criteria: Collection[str], installed: Mapping[str, Check]
) -> int:
    """The tier of verification that checks and criteria need."""
    if not installed:
        return 1  # without any check there is hardly anybody else who looks
    known = [installed[check.kind] for check in checks if check.kind in installed]
    compiled = {check.criterion for check in checks}
    is_open = any(criterion not in compiled for criterion in criteria)
    is_settled = any(check.settles for check in known) and not is_open
    return max([check.review_tier for check in known], default=1) if is_settled else _REVIEW


def _merged(given: tuple[CheckSpec, ...], derived: Iterable[CheckSpec]) -> tuple[CheckSpec, ...]:
    """Both, without a check that looks at the same thing in the same way twice."""
    merged = list(given)
    looked_at = {(check.kind, check.target) for check in given}
    merged += [check for check in derived if (check.kind, check.target) not in looked_at]
    return tuple(merged)
