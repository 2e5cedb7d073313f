"""What makes a plan valid: unique ids, known dependencies, no cycle, checks that exist."""

from collections import Counter
from collections.abc import Collection
from graphlib import CycleError, TopologicalSorter

from loom_core.types import Plan


def problems_of(plan: Plan, *, check_kinds: Collection[str] | None = None) -> list[str]:
    """What is wrong with a plan, one sentence each, for the model or the user; empty when valid.

    Args:
        plan: the plan to look at.
        check_kinds: names of the installed checks; None does not look at checks.
    """
    if not plan.subtasks:
        return ["the plan has no subtasks; give at least one."]
    return [
        *_duplicates(plan),
        *_unknown_dependencies(plan),
        *_cycle(plan),
        *(_unknown_checks(plan, check_kinds) if check_kinds is not None else ()),
    ]


def _duplicates(plan: Plan) -> list[str]:
    """Ids that stand more than once."""
    counts = Counter(subtask.id for subtask in plan.subtasks)
    return [
        f"the id {name!r} stands {count} times; give every subtask its own id."
        for name, count in counts.items()
        if count > 1
    ]


def _unknown_dependencies(plan: Plan) -> list[str]:
    """Dependencies on nothing."""
    known = {subtask.id for subtask in plan.subtasks}
    return [
        f"{subtask.id!r} depends on {name!r}, which is not in the plan; use one of its ids or none."
        for subtask in plan.subtasks
        for name in subtask.depends_on
        if name not in known
    ]


def _cycle(plan: Plan) -> list[str]:
    """The first cycle among dependencies, spelt out."""
    graph = {subtask.id: set(subtask.depends_on) for subtask in plan.subtasks}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        way = " -> ".join(str(name) for name in error.args[1])
        return [f"the subtasks wait for each other: {way}; remove one of these dependencies."]
    return []


def _unknown_checks(plan: Plan, check_kinds: Collection[str]) -> list[str]:
    """Checks of kinds that are not installed."""
    return [
        f"{subtask.id!r} has a check of the unknown kind {check.kind!r}; use one of "
        f"{', '.join(sorted(check_kinds)) or 'none'}."
        for subtask in plan.subtasks
        for check in subtask.checks
        if check.kind not in check_kinds
    ]
