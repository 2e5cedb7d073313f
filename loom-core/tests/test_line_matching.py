"""Which lines differ: what ``difflib`` says, and an end to it where that would take too long."""

import random

import pytest

from loom_core import line_matching
from loom_core.line_matching import line_groups


def rebuilt(old, groups, new):
    """The new lines, made from the old ones and what the groups say."""
    lines, at = [], 0
    for tag, start, end, new_start, new_end in (code for group in groups for code in group):
        lines += old[at:start]
        lines += old[start:end] if tag == "equal" else new[new_start:new_end]
        at = end
    return lines + old[at:]


@pytest.mark.parametrize("bound", [line_matching.MOST_WORK, 200, 0])
def test_the_new_lines_follow_from_the_old_ones_whatever_may_be_compared(monkeypatch, bound):
    monkeypatch.setattr(line_matching, "MOST_WORK", bound)
    draw = random.Random(1)
    for kinds in (2, 5, 40):
        for _ in range(30):
            old = [str(draw.randrange(kinds)) for _ in range(draw.randrange(40))]
            new = [line for line in old if draw.random() < 0.8] + ["end"] * draw.randrange(2)
            groups = line_groups(old, new, context=draw.randrange(4))
            assert rebuilt(old, groups, new) == new
            assert bool(groups) is (old != new)


def test_equal_lines_around_what_differs_are_shown():
    old, new = list("abcdefghij"), list("abcdeFghij")

    assert line_groups(old, new, context=1) == [
        [("equal", 4, 5, 4, 5), ("replace", 5, 6, 5, 6), ("equal", 6, 7, 6, 7)]
    ]
    assert line_groups(old, old, context=1) == []


def test_what_would_take_hours_is_replaced_all_together():
    old = [str(number % 300) for number in range(100_000)]
    new = [str(number * 7 % 300) for number in range(100_000)]

    ((equal, changed),) = line_groups(old, new, context=3)

    assert equal == ("equal", 0, 1, 0, 1)
    assert changed == ("replace", 1, 100_000, 1, 100_000)
