"""Observing and comparing what programs do."""

import pytest

from loom_core.contracts.check import CheckContext
from loom_core.sandbox import UnconfinedSandbox
from loom_core.workspace import Workspace
from loom_verifiers.behaviour import Answers, Printed, answers, printed
from loom_verifiers.same_result import is_same_output

SQUARE = "def f(n):\n    return n * n\n"


@pytest.fixture
def look(tmp_path):
    (tmp_path / "m.py").write_text(SQUARE)
    return CheckContext(Workspace(tmp_path), UnconfinedSandbox({}))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1\n2\n", "1 2", True),
        ("Hello, world", "hello world!", True),
        ("5050", "The sum is: 5050", True),
        ("5050", "The sum of 1 to 100 is 5050", True),
        ("The sum of 1 to 100 is 5050", "The sum of 2 to 100 is 5050", False),
        ("5050", "The sum of 1 to 100 is 5049", False),
        ("1\n2\nFizz", "1\n2\n3", False),
        ("1\nFizz\n", "1\nBuzz\n", False),
        ("-5", "5", False),
        ("", "", False),
    ],
)
def test_outputs_are_the_same_whatever_is_around_them(one, other, same):
    assert is_same_output(one, other) is same
    assert Printed(one).agrees_with(Printed(other)) is same


async def test_a_program_is_observed_without_touching_the_workspace(look):
    made = await printed("new.py", "print(6 * 7); open('made', 'w')", look)

    assert made == Printed("42")
    assert sorted(path.name for path in look.workspace.root.iterdir()) == ["m.py"]


@pytest.mark.parametrize("content", ["raise SystemExit(1)", "pass", "import nothing_like_it"])
async def test_a_program_that_fails_or_says_nothing_was_not_observed(look, content):
    assert await printed("new.py", content, look) is None


async def test_two_functions_that_do_the_same_agree(look):
    own = await answers("m.py", "f", None, look)
    power = await answers("m.py", "f", "def f(x):\n    return x ** 2\n", look)
    double = await answers("m.py", "f", "def f(x):\n    return x + x\n", look)

    assert own.agrees_with(power)
    assert not own.agrees_with(double)
    assert "for (1,) it gives 1" in own.differs_from(double)


async def test_a_function_that_is_not_like_itself_is_compared_by_all_that_it_gives(look):
    dice = "import random\ndef roll():\n    return random.randint(1, {})\n"
    six = await answers("m.py", "roll", dice.format(6), look)
    again = await answers("m.py", "roll", dice.format(6), look)
    seven = await answers("m.py", "roll", dice.format(7), look)

    assert six.agrees_with(again)
    assert not six.agrees_with(seven)


@pytest.mark.parametrize(
    "content", ["def g():\n    pass\n", "def f(n):\n    raise ValueError\n", "(", "f = 3"]
)
async def test_what_cannot_be_called_was_not_observed(look, content):
    assert await answers("m.py", "f", content, look) is None


async def test_a_call_that_takes_too_long_is_left_out(look):
    slow = "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\n"

    assert "(7,)" in (await answers("m.py", "f", slow, look)).by_input
    assert "(100,)" not in (await answers("m.py", "f", slow, look)).by_input


def test_one_input_in_common_is_not_enough():
    one, other = Answers({"a": "1", "b": "1", "c": "1"}), Answers({"a": "1", "x": "2"})

    assert not one.agrees_with(other)
