"""Results that must come of counting, reckoning or sorting."""

import pytest

from loom_core.planning.derived_checks import derive_checks
from loom_core.types import CheckSpec


@pytest.mark.parametrize(
    ("text", "computed"),
    [
        ("Count the rows of a.csv and save the result in rows.txt", ["rows.txt"]),
        ("Write the words of a.csv, sorted, to words.txt", ["words.txt"]),
        ("Count the lines of a.csv that hold x and put the number into rows.txt", ["rows.txt"]),
        ("Find the sum of what a.csv holds where b is 1 and then save it to b.txt", ["b.txt"]),
        ("Count what a script that can read and write out.txt leaves in a.csv", []),
        ("How many lines does a.csv have? Put the answer in lines.txt", ["lines.txt"]),
        ("Who in a.csv has the most points? Write the name into who.txt.", ["who.txt"]),
        ("When does the oldest one in a.csv retire? Write that year to year.txt", ["year.txt"]),
        ("Copy everybody who is 18 or older from a.csv into b.csv, with its header.", ["b.csv"]),
        ("Write the names of those who live in Oslo from a.csv into oslo.txt", ["oslo.txt"]),
        ("Extract the lines that hold an x from a.csv into x.txt", ["x.txt"]),
        ("Who signed a.csv? Write the name into who.txt.", []),
        ("Do most people like a.csv? Perhaps. Write hello into b.txt.", []),
        ("Write a script count.py that counts the rows of a.csv", []),
        ("Write a poem about the number of stars to poem.txt", []),
        ("Summarise a.csv in notes.md with the total", []),
        ("Copy a.csv to b.csv", []),
        ("Convert a.csv to a.json: a list with one object for each row", ["a.json"]),
        ("Turn a.csv into a.tsv", ["a.tsv"]),
        ("Convert a.csv to a.md", []),
        ("Convert a.csv to b.csv", []),
    ],
)
def test_what_must_be_worked_out_is_made_by_a_command(text, computed):
    checks = derive_checks(text, ["a.csv"])

    assert [check.target for check in checks if check.kind == "file_computed"] == computed


def test_a_file_named_after_a_program_is_no_program():
    checks = derive_checks("Count the lines of app.log and save the number in n.txt", ["app.log"])

    assert CheckSpec(kind="file_computed", target="n.txt", expected="number") in checks


@pytest.mark.parametrize(
    ("goal", "form"),
    [
        (
            "Which shop in shops.csv is the biggest? Write its name and nothing else into a.txt.",
            "names in shops.csv",
        ),
        ("Write the names of the 3 largest shops in shops.csv to a.txt", "names in shops.csv"),
        ("Write the names of the largest shops in shops.csv and their sizes to a.txt", ""),
        ("Write the largest size in shops.csv to a.txt", ""),
    ],
)
def test_a_result_that_is_a_name_comes_out_of_the_data(goal, form):
    check = CheckSpec(kind="file_computed", target="a.txt", expected=form)

    assert check in derive_checks(goal, ["shops.csv"])


def test_that_number_is_no_clause_of_its_own():
    text = "Count the lines of a.csv with an x and save only that number in out.txt"

    assert CheckSpec(kind="file_computed", target="out.txt", expected="number") in derive_checks(
        text, ["a.csv"]
    )
