"""The plan as a model writes it."""

import json

import pytest
from pydantic import ValidationError

from loom_core.contracts.check import Check
from loom_core.planning.drafting import plan_from
from loom_core.planning.prompt import planner_messages
from loom_core.planning.schema import MAX_SUBTASKS, PlanDraft, plan_schema
from loom_core.planning.survey import Survey
from loom_core.types import Task


def plan(*subtasks):
    return plan_from(PlanDraft.model_validate({"subtasks": list(subtasks)}))


def draft(name="a", **more):
    return {"id": name, "description": "do it", **more}


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("Make It!", "make-it"),
        ("make_it", "make-it"),
        ("  a  b ", "a-b"),
        ("ä", "subtask"),
        ("", "subtask"),
    ],
)
def test_ids_are_brought_into_kebab_case_with_their_dependencies(written, made):
    made_plan = plan(draft(written), draft("last", depends_on=[written, written]))

    assert made_plan.subtasks[0].id == made
    assert made_plan.subtasks[1].depends_on == (made,)


def test_an_empty_description_is_the_id():
    assert plan(draft(description="  ")).subtasks[0].description == "a"


def test_checks_without_kind_or_target_are_dropped():
    checks = [{"kind": "", "target": "a"}, {"kind": "file_exists", "target": " "}]

    assert plan(draft(checks=checks)).subtasks[0].checks == ()


def test_what_a_plan_does_not_have_is_ignored():
    assert plan(draft(mood="good")).subtasks[0].id == "a"


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"subtasks": []},
        {"subtasks": [draft()] * (MAX_SUBTASKS + 1)},
        {"subtasks": [draft(model_tier=4)]},
        {"subtasks": "do it"},
        {"subtasks": [{"id": "a"}]},
    ],
)
def test_what_is_no_plan_is_refused(value):
    with pytest.raises(ValidationError):
        PlanDraft.model_validate(value)


class Exists(Check):
    name = "file_exists"
    purpose = "target is a path that is there"

    async def run(self, target, expected, context):
        raise NotImplementedError


@pytest.mark.parametrize("is_reviewed", [True, False])
def test_the_prompt_holds_the_schema_that_parses_the_answer(is_reviewed):
    task = Task(id="t", goal="build a boat", workspace="/w", context="the context")
    survey = Survey(listing="a.py (3 bytes)", outlines="a.py: f", instructions="use tabs")

    system, user = planner_messages(
        task, survey, {"file_exists": Exists()}, known=["a lesson"], is_reviewed=is_reviewed
    )

    schema = plan_schema(is_reviewed=is_reviewed)
    assert json.dumps(schema, separators=(",", ":")) in system.text
    assert ("criteria" in system.text) is is_reviewed
    assert ("verification_tier" in system.text) is is_reviewed
    assert "file_exists: target is a path that is there" in system.text
    for part in (
        "build a boat",
        "the context",
        "a.py (3 bytes)",
        "a.py: f",
        "use tabs",
        "a lesson",
    ):
        assert part in user.text
        assert part not in system.text
    assert user.text.rstrip().endswith("build a boat")
