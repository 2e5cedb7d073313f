"""Results that other programs have to confirm."""

import pytest

from loom_core.contracts.verifier import VerificationContext
from loom_core.errors import ModelUnreachable
from loom_core.types import (
    CheckSpec,
    ModelResponse,
    Outcome,
    OutcomeStatus,
    Subtask,
    Task,
    VerdictStatus,
)
from loom_verifiers.recomputation import Recomputation
from loom_verifiers.same_result import is_same

PASSED, FAILED, UNVERIFIED = VerdictStatus.PASSED, VerdictStatus.FAILED, VerdictStatus.UNVERIFIED
GOAL = "Count the lines of app.log that contain ERROR and put the number into count.txt."
RIGHT = """Here it is:
```python
with open("app.log") as log, open("count.txt", "w") as out:
    print(sum("ERROR" in line for line in log), file=out)
```
It counts."""
PRINTS = "print(sum('ERROR' in line for line in open('app.log')), 'lines')"
COUNTS_ALL = "print(len(open('app.log').readlines()))"
BROKEN = "```python\nprint(undefined)\n```"


@pytest.fixture
def judge(look_with, tmp_path):
    """Has a held result judged, with these answers of the model one after the other."""
    (tmp_path / "app.log").write_text("ERROR a\nINFO b\nERROR c\nWARN d\n")

    async def run(held, answers, *, expected="number", checks=None, **manners):
        (tmp_path / "count.txt").write_text(held)
        left = list(answers)
        asked = []

        async def ask(role, messages, schema):
            asked.append(messages[-1].text)
            if not left:
                raise ModelUnreachable("nothing answers")
            return ModelResponse(text=left.pop(0))

        spec = CheckSpec(kind="file_computed", target="count.txt", expected=expected)
        verdict = await Recomputation().verify(
            Subtask(id="a", description=GOAL, checks=(spec,) if checks is None else checks),
            Outcome(status=OutcomeStatus.COMPLETED),
            VerificationContext(
                task=Task(id="t", goal=GOAL, workspace=str(tmp_path)),
                checks={},
                look=look_with(**manners),
                ask_model=ask,
            ),
        )
        return verdict, asked

    return run


async def test_two_programs_that_agree_are_enough(judge):
    verdict, asked = await judge("2\n", [RIGHT, PRINTS])

    assert verdict.status is PASSED
    assert len(asked) == 2
    assert len(set(asked)) == 2
    assert "ERROR a" in asked[0]


async def test_one_program_that_fails_does_not_count(judge):
    verdict, asked = await judge("2", [BROKEN, RIGHT, PRINTS])

    assert verdict.status is PASSED
    assert len(asked) == 3


async def test_other_programs_agreeing_on_something_else_is_a_failure_that_says_so(judge):
    verdict, _ = await judge("4", [RIGHT, COUNTS_ALL, RIGHT])

    assert verdict.status is FAILED
    assert '"4"' in verdict.feedback
    assert '"2"' in verdict.feedback


@pytest.mark.parametrize(
    "answers",
    [[BROKEN] * 3, ["", "   ", RIGHT], [RIGHT, COUNTS_ALL, BROKEN], ["print('none')"] * 3],
)
async def test_without_agreement_there_is_no_verdict(judge, answers):
    verdict, _ = await judge("2", answers)

    assert verdict.status is UNVERIFIED


async def test_the_held_result_is_not_there_to_be_copied(judge):
    copying = "print(open('count.txt').read())"

    verdict, _ = await judge("7", [copying] * 3)

    assert verdict.status is UNVERIFIED


async def test_no_program_runs_or_is_asked_for_where_nothing_confines_it(judge):
    verdict, asked = await judge("2", [RIGHT, RIGHT], is_confining=False)

    assert verdict.status is UNVERIFIED
    assert asked == []


async def test_the_workspace_stays_as_it_is(judge, tmp_path):
    vandal = "import os\nos.remove('app.log')\nopen('count.txt', 'w').write('2')"

    await judge("2", [vandal, vandal])

    assert sorted(path.name for path in tmp_path.iterdir()) == ["app.log", "count.txt"]


async def test_it_has_nothing_to_say_of_other_subtasks(judge):
    verdict, asked = await judge("2", [], checks=())

    assert verdict is None
    assert asked == []


@pytest.mark.parametrize(
    ("one", "other", "is_number", "same"),
    [
        ("4", "4\n", True, True),
        ("There are 4 of them.", "4", True, True),
        ("4", "4.0", True, True),
        ("4", "4.3", True, False),
        ("33.33", "33.333333", True, True),
        ("33.34", "33.333333", True, False),
        ("4", "5", True, False),
        ("none", "none", True, False),
        ("4 5", "4", True, False),
        ("a \nb\n", "a\nb", False, True),
        ("a\nb", "b\na", False, False),
        ('[{"a": "1"}]', '[\n  {"a": "1"}\n]\n', False, True),
        ('[{"a": "1"}]', '[{"a": 1}]', False, False),
        ("[1] see below", "[1]", False, False),
    ],
)
def test_what_is_the_same(one, other, *, is_number, same):
    assert is_same(one, other, is_number=is_number) is same
    assert is_same(other, one, is_number=is_number) is same
