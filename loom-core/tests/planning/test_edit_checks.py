"""What an edit must keep, and what must be gone, by the words of a goal."""

import pytest

from loom_core.planning.derived_checks import derive_checks

EXISTING = ("notes.txt", "calc.py", "data.csv", "settings.toml", "a.json")


def edits(text):
    return [
        f"{check.kind} | {check.target} | {check.expected}"
        for check in derive_checks(text, EXISTING)
        if check.kind in {"file_lacks", "file_keeps"}
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Add the line "milk" to notes.txt', ["file_keeps | notes.txt | lines and 1 more"]),
        ("Append 'a = 1' to the end of settings.toml", ["file_keeps | settings.toml | beginning and 1 more"]),
        ('Replace "old" with "new" in notes.txt',
         ["file_lacks | notes.txt | old", "file_keeps | notes.txt | lines without old"]),
        ('Replace every "a" with "b" everywhere in notes.txt',
         ["file_lacks | notes.txt | a", "file_keeps | notes.txt | lines without a"]),
        ('Insert "milk" at the bottom of notes.txt', ["file_keeps | notes.txt | beginning and 1 more"]),
        ('Insert "milk" at the top of notes.txt', ["file_keeps | notes.txt | end and 1 more"]),
        ('Prepend "milk" to notes.txt', ["file_keeps | notes.txt | end and 1 more"]),
        ('Insert "milk" as a new first line of notes.txt', ["file_keeps | notes.txt | end and 1 more"]),
        ('Put "milk" at the beginning of notes.txt', ["file_keeps | notes.txt | end and 1 more"]),
        ('Add "milk" to the last line of notes.txt', []),
        ("Set port to 1 in settings.toml", ["file_keeps | settings.toml | lines without port"]),
        ("Set port to 1 in a.json", ["file_keeps | a.json | values without port"]),
        ('Have port = 1 and host = "x" in a.json', ["file_keeps | a.json | values without port, host"]),
        ("Set port to 1 and switch debug on in a.json", []),
        ("Set port to 1 in a.json. Then remove the rest.", []),
        ('Replace "log" with "logger" in calc.py', []),
        ('Replace the first "a" with "b" in notes.txt', []),
        ("Fix the bug in calc.py", ["file_keeps | calc.py | definitions"]),
        ("Add a function cube(n) to calc.py", ["file_keeps | calc.py | definitions"]),
        ("mean in calc.py gives wrong results", ["file_keeps | calc.py | definitions"]),
        ("area(w, h) in calc.py raises. It should multiply both. Find the mistake and mend it.",
         ["file_keeps | calc.py | definitions"]),
        ("area(w, h) in calc.py crashes for every rectangle.", ["file_keeps | calc.py | definitions"]),
        ("Look at calc.py. Remove sub from it and fix the rest.", []),
        ("Fix the bug in calc.py. Then remove the last line of notes.txt.",
         ["file_keeps | calc.py | definitions"]),
        ("Count the lines of data.csv and save the number in count.txt",
         ["file_keeps | data.csv | everything"]),
        ("Who in data.csv is the oldest? Write the name to oldest.txt.",
         ["file_keeps | data.csv | everything"]),
        ("Who in data.csv is the oldest? Move that line of data.csv to the top.", []),
        ("Could you sort data.csv?", []),
        ("Sort notes.txt", []),
        ("Remove the duplicates of notes.txt and write them to twice.txt", []),
        ("Fix calc.py by removing the unused function", []),
        ("Make a copy of notes.txt, sort it", []),
        ('Write "hello" to notes.txt', []),
        ("Add an entry to data.csv", []),
        ("Shorten notes.txt", []),
        ("Add type hints to calc.py", ["file_keeps | calc.py | definitions"]),
        ("Fix the misspelled function in calc.py", []),
        ('Add "x" to new.txt', []),
    ],
)  # fmt: skip
def test_an_edit_keeps_what_was_there_and_removes_what_it_replaces(text, expected):
    assert edits(text) == expected
