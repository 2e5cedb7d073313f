"""What no look at the form can show."""

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
        ("Write a.md with a list of three fruits", ("a.md is arranged as asked",)),
        ("Write a.md that says hello", ()),
        ("Put the list of names into names.txt", ()),
    ],
)
def test_what_form_cannot_show_is_a_criterion(text, criteria):
    assert derived_criteria(text, ["calc.py", "notes.txt"]) == criteria
