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
        ('Replace "foo" with "bar" in notes.txt and app.py', None),
        ("Create x.py with a function add(a, b), and also a Makefile", None),
        ("Create x.py with a function add(a, b) and a unit test for it", None),
        ("Write gen.py that prints the primes, and save its output in primes.txt", None),
        ("Create hello.py and use it to produce out.txt", None),
        ("Create a.csv with the header x,y and convert it to JSON too", None),
        ("Create page.html and a stylesheet", None),
        ('Create a.txt with the text "Hello" and update README.md', None),
        ("Create a.py, start the server and check that it responds", None),
        (
            "Make a.csv with the header name,city and two rows: Ann in Bergen and Ben in Turku.",
            "a.csv",
        ),
        (
            "Write f.py that prints Fizz instead of multiples of 3 and Buzz instead of those of 5",
            "f.py",
        ),
    ],
)
def test_a_goal_is_about_one_file_or_not(goal, path):
    assert sole_file(goal, derive_checks(goal, THERE)) == path
