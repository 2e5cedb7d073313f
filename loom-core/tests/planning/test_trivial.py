"""Which goals need no planner."""

import pytest

from loom_core.planning.trivial import is_trivial


@pytest.mark.parametrize(
    "goal",
    [
        "Create hello.py that prints Hello, Loom!",
        "Fix the bug in parity.py",
        "Rename the function a to b in util.py.",
        "Erstelle hallo.txt mit dem Text Hallo",
        "Copy a.txt to b.txt",
        "Write version 1.2.3 into VERSION",
    ],
)
def test_one_small_step(goal):
    assert is_trivial(goal)


@pytest.mark.parametrize(
    "goal",
    [
        "Write a parser. Then write tests for it.",
        "Create a.py and then run it",
        "First make the directory, second fill it",
        "Do these:\n- one\n- two",
        "1. one 2. two\n3. three",
        "Make a.py; make b.py",
        "Create a.py, b.py and c.py",
        "word " * 100,
    ],
)
def test_several_steps(goal):
    assert not is_trivial(goal)
