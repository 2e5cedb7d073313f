"""Which files are compared with what others write, because no sharper check holds them to the goal."""

import pytest

from loom_core.planning.derived_checks import derive_checks
from loom_core.planning.told_content import FILE_AS_TOLD, WORDS_AS_TOLD

THERE = ("notes.txt", "calc.py", "data.csv", "settings.toml")


def told(goal):
    return [
        (check.target, check.expected)
        for check in derive_checks(goal, THERE)
        if check.kind == FILE_AS_TOLD
    ]


@pytest.mark.parametrize(
    ("goal", "files"),
    [
        ("Create b.json with a list of the three colours", [("b.json", "")]),
        ("Write stack.py with a class for a stack", [("stack.py", "")]),
        ("Add a row for Tom to data.csv", [("data.csv", "")]),
        ("Delete the line about milk from notes.txt", [("notes.txt", "")]),
        ("Raise the limit in settings.toml by one", [("settings.toml", "")]),
        ("total in calc.py is wrong. Correct it.", [("calc.py", "")]),
        ("Write a poem about rain to rain.txt", [("rain.txt", "open")]),
        ("Create tips.md with a heading and some ideas", [("tips.md", "open")]),
    ],
)
def test_a_file_whose_content_is_told_in_words_is_compared(goal, files):
    assert told(goal) == files


@pytest.mark.parametrize(
    "goal",
    [
        'Create a.txt with the text "hello"',
        'Write a.py that prints "hello"',
        "Write a.py with a function double(n) that returns twice n",
        "Count the lines of notes.txt and write the number to n.txt",
        'Replace "a" with "b" in notes.txt',
        "Set port to 1 in settings.toml",
        'Add the line "milk" to notes.txt',
        "Rename notes.txt to ideas.txt",
        "Delete notes.txt",
        "Delete notes.txt if it is empty",
        "Improve calc.py",
        "Add docstrings to calc.py",
        "What does calc.py do?",
        "Run calc.py",
        "Do not change calc.py",
        "Write a test for calc.py",
        "Count the words in notes.txt",
        "Summarize notes.txt",
        "Update notes.txt to mention calc.py",
        "Add a Makefile that runs calc.py",
    ],
)
def test_what_is_settled_or_left_to_judgement_is_not(goal):
    assert told(goal) == []


@pytest.mark.parametrize(
    ("goal", "files"),
    [
        ("Create b.json with the names ann and ben", ["b.json"]),
        ("Put ann and ben into names.txt", ["names.txt"]),
        ("Write a poem about rain to rain.txt", []),
        ("Create b.md with a list of ann and ben", []),
        ("Write stack.py with a class for a stack", []),
    ],
)
def test_capitals_are_compared_in_new_data_whose_words_the_goal_gives(goal, files):
    checks = [check for check in derive_checks(goal, THERE) if check.kind == WORDS_AS_TOLD]

    assert [check.target for check in checks] == files
    assert all(check.expected == goal for check in checks)
