"""What is wrong with a plan."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.planning.validation import problems_of
from loom_core.types import CheckSpec, Plan, Subtask


def plan(*subtasks):
    return Plan(
        subtasks=tuple(
            Subtask(id=name, description=name, depends_on=tuple(needs)) for name, *needs in subtasks
        )
    )


def test_a_good_plan_has_no_problems():
    assert problems_of(plan("a", "ba", "cab")) == []


def test_an_empty_plan_is_refused():
    assert "no subtasks" in problems_of(plan())[0]


def test_an_id_that_stands_twice_is_named():
    assert "'a' stands 2 times" in problems_of(plan("a", "a"))[0]


def test_a_dependency_on_nothing_is_named():
    assert "'a' depends on 'z'" in problems_of(plan("az"))[0]


@pytest.mark.parametrize("subtasks", [("aa",), ("ab", "ba"), ("ac", "ba", "cb", "d")])
def test_a_cycle_is_spelt_out(subtasks):
    (problem,) = problems_of(plan(*subtasks))

    assert "wait for each other" in problem
    assert "a -> " in problem or " -> a" in problem


def test_every_problem_is_told_at_once():
    assert len(problems_of(plan("ab", "ba", "ba", "cz"))) == 3


def test_checks_must_be_of_installed_kinds_where_that_matters():
    check = CheckSpec(kind="file_exist", target="a")
    checked = Plan(subtasks=(Subtask(id="a", description="a", checks=(check,)),))

    assert problems_of(checked) == []
    (problem,) = problems_of(checked, check_kinds=["file_exists"])
    assert "'file_exist'" in problem
    assert "file_exists" in problem
    assert "none" in problems_of(checked, check_kinds=[])[0]


@given(st.lists(st.text(alphabet="abcd", min_size=1, max_size=4), max_size=6))
def test_no_graph_makes_it_raise(subtasks):
    assert all(problem.endswith(".") for problem in problems_of(plan(*subtasks)))
