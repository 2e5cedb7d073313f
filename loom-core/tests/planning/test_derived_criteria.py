"""What only behaviour can show."""

import pytest

from loom_core.planning.derived_criteria import derived_criteria


@pytest.mark.parametrize(
    ("text", "criteria"),
    [
        ("Fix the bug in calc.py", ("calc.py does what it should",)),
        ("calc.py gives wrong results, repair it", ("calc.py does what it should",)),
        ("Fix the typo in notes.txt", ()),
        ("Write new.py without bugs", ()),
        ("Add a function to calc.py", ()),
    ],
)
def test_a_repaired_program_must_show_what_it_does(text, criteria):
    assert derived_criteria(text, ["calc.py", "notes.txt"]) == criteria
