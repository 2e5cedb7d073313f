"""The plan as a model writes it: one pydantic model gives the schema, the prompt and the parser."""

import re
from typing import Annotated, cast

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from loom_core.json_schema import slim_schema
from loom_core.types import CheckSpec, Plan, Subtask

MAX_SUBTASKS = 15
_OF_REVIEW = ("criteria", "verification_tier")


class CheckDraft(BaseModel):
    """One executable check as a planner writes it."""

    model_config = ConfigDict(extra="ignore")

    kind: Annotated[str, StringConstraints(max_length=40), Field(description="name of a check")]
    target: Annotated[str, StringConstraints(max_length=300), Field(description="path or command")]
    expected: Annotated[
        str, StringConstraints(max_length=300), Field(description="text to be found, or empty")
    ] = ""


class SubtaskDraft(BaseModel):
    """One subtask as a planner writes it."""

    model_config = ConfigDict(extra="ignore")

    id: Annotated[
        str, StringConstraints(max_length=50), Field(description="short-name-in-kebab-case")
    ]
    description: Annotated[
        str,
        StringConstraints(max_length=1000),
        Field(description="what to do, complete in itself, naming every file"),
    ]
    depends_on: Annotated[
        list[Annotated[str, StringConstraints(max_length=50)]],
        Field(max_length=MAX_SUBTASKS, description="ids that must be done before"),
    ] = []
    checks: Annotated[
        list[CheckDraft], Field(max_length=6, description="how to tell that it is done")
    ] = []
    model_tier: Annotated[int, Field(ge=1, le=3, description="1 easy, 3 hard")] = 1
    criteria: Annotated[
        list[Annotated[str, StringConstraints(max_length=200)]],
        Field(max_length=5, description="what must hold that no check can show"),
    ] = []
    verification_tier: Annotated[
        int,
        Field(ge=1, le=3, description="1 checks tell, 2 a reviewer has to look, 3 several have to"),
    ] = 1


class PlanDraft(BaseModel):
    """A plan as a planner writes it."""

    model_config = ConfigDict(extra="ignore")

    subtasks: Annotated[
        list[SubtaskDraft],
        Field(min_length=1, max_length=MAX_SUBTASKS, description="as few as possible"),
    ]


def plan_schema(*, is_reviewed: bool) -> dict[str, JsonValue]:
    """The schema that a planner is shown and held to.

    Args:
        is_reviewed: whether it is asked what a reviewer has to look at. A weak planner is not: it writes
            criteria that nobody can judge, and each of them would leave the result to a human.
    """
    schema = slim_schema(PlanDraft.model_json_schema())
    if not is_reviewed:
        subtask = cast(
            "dict[str, dict[str, dict[str, dict[str, JsonValue]]]]", schema["properties"]
        )
        for name in _OF_REVIEW:
            del subtask["subtasks"]["items"]["properties"][name]
    return schema


def without_review(draft: PlanDraft) -> PlanDraft:
    """A draft without what its planner was not asked for."""
    plain = [
        item.model_copy(update={"criteria": [], "verification_tier": 1}) for item in draft.subtasks
    ]
    return draft.model_copy(update={"subtasks": plain})


def plan_of(draft: PlanDraft, *, version: int = 1) -> Plan:
    """The plan that a draft means, its ids brought into kebab-case."""
    return Plan(version=version, subtasks=tuple(_subtask_of(item) for item in draft.subtasks))


def _subtask_of(draft: SubtaskDraft) -> Subtask:
    """The subtask that a draft means; a description that is missing is the id."""
    return Subtask(
        id=_kebab(draft.id),
        description=draft.description.strip() or draft.id,
        depends_on=tuple(dict.fromkeys(_kebab(name) for name in draft.depends_on)),
        checks=tuple(
            CheckSpec(kind=check.kind, target=check.target, expected=check.expected)
            for check in draft.checks
            if check.kind.strip() and check.target.strip()
        ),
        model_tier=draft.model_tier,
        acceptance_criteria=tuple(
            dict.fromkeys(text.strip() for text in draft.criteria if text.strip())
        ),
        verification_tier=draft.verification_tier,
    )


def _kebab(name: str) -> str:
    """A name in kebab-case; a name without letters or digits becomes ``subtask``."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].strip("-") or "subtask"
