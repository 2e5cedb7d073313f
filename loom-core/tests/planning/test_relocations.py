"""Files that go elsewhere as they are, and what is left to do beside that."""

import pytest

from loom_core.planning.derived_checks import derive_checks
from loom_core.planning.relocations import is_only_moving, relocation_checks
from loom_core.planning.sentence import split_sentences

THERE = ("notes.txt", "b.txt", "logs/a.log", "b.log", "calc.py")


def checks(goal):
    return [
        " | ".join(part for part in (check.kind, check.target, check.expected) if part)
        for check in relocation_checks(split_sentences(goal), THERE)
    ]


def moved(source, path):
    return [f"file_missing | {source}", f"file_same_as | {path} | {source}"]


def copied(source, path):
    return [f"file_keeps | {source} | everything", f"file_same_as | {path} | {source}"]


@pytest.mark.parametrize(
    ("goal", "wanted"),
    [
        ("Rename notes.txt to ideas.txt", moved("notes.txt", "ideas.txt")),
        ("Move notes.txt into the folder archive", moved("notes.txt", "archive/notes.txt")),
        ("Move notes.txt to archive/", moved("notes.txt", "archive/notes.txt")),
        ("Move notes.txt into a new directory called old", moved("notes.txt", "old/notes.txt")),
        ("Move notes.txt and b.txt into the archive folder",
         [*moved("notes.txt", "archive/notes.txt"), *moved("b.txt", "archive/b.txt")]),
        ("Copy notes.txt to saved.txt", copied("notes.txt", "saved.txt")),
        ("Make a copy of notes.txt called saved.txt", copied("notes.txt", "saved.txt")),
        ("Back up notes.txt as saved.txt", copied("notes.txt", "saved.txt")),
        ("Delete all files that end in .log", ["file_missing | b.log", "file_missing | logs/a.log"]),
        ("Delete all files that end in .log.", ["file_missing | b.log", "file_missing | logs/a.log"]),
        ("Remove all .log files", ["file_missing | b.log", "file_missing | logs/a.log"]),
        ("Erase every file ending with .log", ["file_missing | b.log", "file_missing | logs/a.log"]),
        ("Delete all log files (*.log)", ["file_missing | b.log", "file_missing | logs/a.log"]),
        ("Create a folder called docs", ["file_exists | docs/"]),
    ],
)  # fmt: skip
def test_what_goes_elsewhere_is_checked(goal, wanted):
    assert checks(goal) == wanted


@pytest.mark.parametrize(
    ("goal", "wanted"),
    [
        ("Rename notes.txt to ideas.txt and add a line to it", ["file_missing | notes.txt"]),
        ("Write a copy of notes.txt in capital letters to loud.txt", []),
        ("Delete all .log files older than a day", []),
        ("Delete all .log files in logs", []),
        ("Remove all lines that end in .log from notes.txt", []),
        ("Move the function add from calc.py to b.txt", []),
        ("Rename add to plus in calc.py", []),
        ("Copy the first line of notes.txt to b.txt", []),
    ],
)
def test_where_more_is_wanted_the_content_is_not_held_to_the_old_one(goal, wanted):
    assert checks(goal) == wanted


@pytest.mark.parametrize(
    ("goal", "is_it"),
    [
        ("Rename notes.txt to ideas.txt", True),
        ("Delete notes.txt", True),
        ("Remove all .log files", True),
        ("Rename notes.txt to ideas.txt and add a line to it", False),
        ("Delete all files older than a day", True),
        ("Remove all lines of notes.txt", False),
        ("Create a.txt", False),
        ("Say hello", False),
    ],
)
def test_a_subtask_only_moves_files_or_not(goal, is_it):
    assert is_only_moving(goal, derive_checks(goal, THERE)) is is_it
