"""Padding taken out of a plan."""

import pytest

from loom_core.planning.pruning import prune
from loom_core.planning.validation import problems_of
from loom_core.types import CheckSpec, Plan, Subtask


def plan(**subtasks):
    """A plan from names and ``description < dependencies``."""
    made = []
    for name, text in subtasks.items():
        description, _, needs = text.partition("<")
        made.append(
            Subtask(id=name, description=description.strip(), depends_on=tuple(needs.split()))
        )
    return Plan(subtasks=tuple(made))


def left(**subtasks):
    """What is left: names and what each depends on."""
    pruned = prune(plan(**subtasks))
    assert problems_of(pruned.plan) == []
    return {item.id: item.depends_on for item in pruned.plan.subtasks}


def test_a_plan_without_padding_stays_as_it_is():
    original = plan(a="Write a.py", b="Write b.py < a")

    assert prune(original).plan == original
    assert prune(original).removed == ()


@pytest.mark.parametrize(
    "looking",
    ["Verify the result", "Review the code", "Analyse the workspace", "Understand the problem"],
)
def test_a_subtask_that_only_looks_is_taken_out(looking):
    assert left(a="Write a.py", look=f"{looking} < a") == {"a": ()}


def test_what_looks_and_writes_stays():
    subtasks = {"a": "Write a.py", "b": "Review a.py and fix what is wrong < a"}

    assert left(**subtasks) == {"a": (), "b": ("a",)}


def test_a_look_with_a_check_of_its_own_stays():
    check = CheckSpec(kind="command_succeeds", target="pytest")
    base = plan(a="Write a.py", test="Test it < a")
    checked = base.subtasks[1].model_copy(update={"checks": (check,)})

    assert len(prune(Plan(subtasks=(base.subtasks[0], checked))).plan.subtasks) == 2


def test_a_repetition_is_taken_out_and_its_place_kept():
    subtasks = {"a": "Write a.py.", "again": "write A.py", "b": "Write b.py < again"}

    assert left(**subtasks) == {"a": (), "b": ("a",)}


def test_dependencies_pass_through_what_is_taken_out():
    subtasks = {
        "a": "Write a.py",
        "look": "Check everything < a",
        "more": "Review everything else < look",
        "b": "Write b.py < more look",
    }

    assert left(**subtasks) == {"a": (), "b": ("a",)}


def test_a_plan_is_never_emptied():
    assert list(left(one="Check this", two="Review that")) == ["two"]


def test_each_removal_is_said():
    removed = prune(plan(a="Write a.py", b="Write a.py", look="Verify it")).removed

    assert removed == ("b repeats a", "look only looks at what is checked anyway")
