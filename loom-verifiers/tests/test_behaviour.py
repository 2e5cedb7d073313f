"""Observing and comparing what programs do."""

import pytest

from loom_core.contracts.check import CheckContext
from loom_core.sandbox import UnconfinedSandbox
from loom_core.workspace import Workspace
from loom_verifiers.behaviour import Answers, Printed, answers, printed
from loom_verifiers.same_result import is_same_output

SQUARE = "def f(n):\n    return n * n\n"


class TrustedSandbox(UnconfinedSandbox):
    """Runs what this file wrote itself."""

    is_confining = True


@pytest.fixture
def look(tmp_path):
    (tmp_path / "m.py").write_text(SQUARE)
    return CheckContext(Workspace(tmp_path), TrustedSandbox({}))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1\n2\n", "1 2", True),
        ("Hello, world", "hello world!", True),
        ("5050", "The sum is: 5050", True),
        ("5050", "The sum of 1 to 100 is 5050", True),
        ("The sum of 1 to 100 is 5050", "The sum of 2 to 100 is 5050", False),
        ("5050", "The sum of 1 to 100 is 5049", False),
        ("1 2 3", "3", False),
        ("[1, 2, 3, 4]", "4", False),
        ("a > b", "a < b", False),
        ("2 + 2", "2 2", False),
        ("***\n**", "***\n**", True),
        ("1\n2\nFizz", "1\n2\n3", False),
        ("1\nFizz\n", "1\nBuzz\n", False),
        ("-5", "5", False),
        ("", "", False),
    ],
)
def test_outputs_are_the_same_whatever_is_around_them(one, other, same):
    assert is_same_output(one, other) is same
    assert (Printed(one).judged_by(Printed(other), Printed(other)) or False) is same


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

    assert own.judged_by(power, power) is True
    assert own.judged_by(double, double) is False
    assert own.judged_by(power, double) is None
    assert "for (1,) it gives 1" in own.differs_from(double)


async def test_a_function_that_is_not_like_itself_is_compared_by_all_that_it_gives(look):
    dice = "import random\ndef roll():\n    return random.randint(1, {})\n"
    six = await answers("m.py", "roll", dice.format(6), look)
    again = await answers("m.py", "roll", dice.format(6), look)
    seven = await answers("m.py", "roll", dice.format(7), look)

    assert six.judged_by(again, again) is True
    assert six.judged_by(seven, seven) is False


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

    assert one.judged_by(other, other) is None


RULE = "def f(y):\n    return y % 4 == 0 and (y % 100 != 0 or y % 400 == 0)\n"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("def f(y):\n    return y % 4 == 0\n", RULE),
        ("def f(n):\n    return n == 2 or n % 2 == 1\n",
         "def f(n):\n    return n > 1 and all(n % d for d in range(2, int(n)))\n"),
        ("def f(t):\n    print('WRONG', t)\n", "def f(t):\n    print(t.upper())\n"),
        ("def f(l):\n    pass\n", "def f(l):\n    l.sort()\n"),
    ],
)  # fmt: skip
async def test_one_case_that_two_others_treat_alike_is_enough(look, wrong, right):
    own = await answers("m.py", "f", wrong, look)
    other = await answers("m.py", "f", right, look)

    assert other.judged_by(other, other) is True
    assert own is None or own.judged_by(other, other) is False


@pytest.mark.parametrize(
    "content",
    [
        "def f(t):\n    return map(str, t)\n",
        "def f(t):\n    return set(t)\n",
        "def f(t):\n    return lambda: t\n",
    ],
)
async def test_what_is_like_itself_is_seen_to_be(look, content):
    own, again = [await answers("m.py", "f", content, look) for _ in range(2)]

    assert own.judged_by(again, again) is True


async def test_nothing_runs_where_nothing_confines_it(tmp_path):
    look = CheckContext(Workspace(tmp_path), UnconfinedSandbox({}))

    assert await printed("new.py", "print(1)", look) is None
