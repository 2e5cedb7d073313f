"""The goals of the benchmark: their judges can tell, and derived checks never refuse a right result."""

import sys
import tomllib
from pathlib import Path

import pytest

from loom_core.contracts.check import CheckContext
from loom_core.extensions import Group, load_all
from loom_core.planning.derived_checks import derive_checks
from loom_core.sandbox import choose
from loom_core.settings.shape import SandboxSettings
from loom_core.types import VerdictStatus
from loom_core.workspace import Workspace

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks" / "goals"))

from checkers import CHECKERS  # noqa: E402  # found through the path above
from goal_list import SETS, load_goals  # noqa: E402  # as above
from workspace_judge import FinishedWorkspace, NotDone  # noqa: E402  # as above

SOLUTIONS = tomllib.loads((Path(__file__).parent / "solutions.toml").read_text())
GOALS = {goal.id: goal for name in SETS for goal in load_goals(name)}
WRONG = [(id_, name) for id_, entry in SOLUTIONS.items() for name in entry["wrong"]]

pytestmark = pytest.mark.skipif(
    not choose(SandboxSettings()).is_confining, reason="the judges run programs in the sandbox"
)


def finish(goal, files, root):
    goal.prepare(root)
    for path, content in files.items():
        if content == "(deleted)":
            (root / path).unlink()
        else:
            (root / path).write_text(content)
    return FinishedWorkspace(root)


def test_the_sets_are_as_large_as_promised_and_share_nothing():
    held_out, tuning = load_goals("held_out"), load_goals("tuning")

    assert sum(goal.steps == 1 for goal in held_out) >= 10
    assert sum(goal.steps == 2 for goal in held_out) >= 6
    assert len(tuning) == 8
    assert not {goal.id for goal in held_out} & {goal.id for goal in tuning}
    assert GOALS.keys() == CHECKERS.keys() == SOLUTIONS.keys()
    assert len(GOALS) == len(held_out) + len(tuning)


@pytest.mark.parametrize("goal_id", sorted(GOALS))
def test_a_right_solution_is_accepted(goal_id, tmp_path):
    CHECKERS[goal_id](finish(GOALS[goal_id], SOLUTIONS[goal_id]["right"], tmp_path))


@pytest.mark.parametrize(("goal_id", "name"), WRONG)
def test_a_wrong_solution_is_refused(goal_id, name, tmp_path):
    with pytest.raises(NotDone):
        CHECKERS[goal_id](finish(GOALS[goal_id], SOLUTIONS[goal_id]["wrong"][name], tmp_path))


@pytest.mark.parametrize("goal_id", sorted(GOALS))
def test_an_untouched_workspace_is_refused(goal_id, tmp_path):
    with pytest.raises(NotDone):
        CHECKERS[goal_id](finish(GOALS[goal_id], {}, tmp_path))


@pytest.mark.parametrize("goal_id", sorted(GOALS))
async def test_no_derived_check_refuses_a_right_solution(goal_id, tmp_path):
    goal = GOALS[goal_id]
    specs = derive_checks(goal.text, list(goal.files))
    finish(goal, SOLUTIONS[goal_id]["right"], tmp_path)
    look = CheckContext(Workspace(tmp_path), choose(SandboxSettings()))
    installed = load_all(Group.CHECKS).parts

    for spec in specs:
        evidence = await installed[spec.kind].value().run(spec.target, spec.expected, look)

        assert evidence.status is VerdictStatus.PASSED, evidence
