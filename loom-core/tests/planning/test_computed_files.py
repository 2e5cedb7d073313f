"""Results that must come of counting, reckoning or sorting."""

import pytest

from loom_core.planning.derived_checks import derive_checks


@pytest.mark.parametrize(
    ("text", "computed"),
    [
        ("Count the rows of a.csv and save the result in rows.txt", ["rows.txt"]),
        ("Write the words of a.csv, sorted, to words.txt", ["words.txt"]),
        ("How many lines does a.csv have? Put the answer in lines.txt", []),
        ("Write a script count.py that counts the rows of a.csv", []),
        ("Write a poem about the number of stars to poem.txt", []),
        ("Summarise a.csv in notes.md with the total", []),
        ("Copy a.csv to b.csv", []),
    ],
)
def test_what_must_be_worked_out_is_made_by_a_command(text, computed):
    checks = derive_checks(text, ["a.csv"])

    assert [check.target for check in checks if check.kind == "file_computed"] == computed
