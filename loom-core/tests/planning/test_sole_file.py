"""Which subtasks are about the content of one file and nothing else."""

import pytest

from loom_core.planning.derived_checks import derive_checks
from loom_core.planning.sole_file import sole_file

THERE = ["notes.txt", "app.py", "data.csv"]


@pytest.mark.parametrize(
    ("goal", "path"),
    [
        ("Create a.txt with the text hello", "a.txt"),
        ("Write b.py that prints the numbers from 1 to 3", "b.py"),
        ('Replace "x" with "y" in notes.txt', "notes.txt"),
        ("Fix the bug in app.py", "app.py"),
        ('Create run.txt with the text "git push"', "run.txt"),
        ("Create a.txt and b.txt", None),
        ("Create a.py and run it", None),
        ("Create a.txt with the text x and commit it", None),
        ("Delete notes.txt", None),
        ("Rename notes.txt to old.txt", None),
        ("Count the lines of data.csv and write the number to n.txt", None),
        ("Say hello", None),
    ],
)
def test_a_goal_is_about_one_file_or_not(goal, path):
    assert sole_file(goal, derive_checks(goal, THERE)) == path
