"""Output that a goal states without quotation marks: a word, or a sample line."""

import pytest

from loom_core.planning.derived_checks import derive_checks


@pytest.mark.parametrize(
    ("goal", "wanted"),
    [
        ("Write a.py that prints the word ready.", ["ready"]),
        ("Write a.py that prints only the word Done", ["Done"]),
        ("Write a.py that prints the word count of the text", []),
        ("Write a.py that prints a table with lines like 2 x 3 = 6.", ["2 x 3 = 6"]),
        ("Write a.py that prints lines such as '2 + 2 = 4'", ["2 + 2 = 4"]),
        ('a.py prints the table of 4, 4 x 1 to 4 x 9, written like "4 x 2 = 8".', ["4 x 2 = 8"]),
        ("a.py prints all sums, one per line, e.g. `1 + 2 = 3`", ["1 + 2 = 3"]),
        ("Write a.py that reads lines like 2 x 3 = 6 and prints those that are wrong", []),
        ("Write a.py that prints the result of input such as 2 + 2 = 4", []),
        ("Write a.py that prints five random sums, such as 3 + 4 = 7", []),
        ("Write a.py with a function add(a, b), e.g. 2 + 3 = 5", []),
        ("Write a.py that prints lines like name = value", []),
        ("Write a.py that prints lines like the ones in old.txt", []),
    ],
)
def test_a_word_or_a_sample_line_must_be_printed(goal, wanted):
    found = [
        check.expected
        for check in derive_checks(goal, ())
        if check.kind == "command_output_matches"
    ]
    assert found == wanted


def test_a_sample_line_need_not_stand_in_the_program():
    goal = "Write a.py that asks for a number and prints its table, e.g. 3 x 4 = 12."

    assert "file_contains" not in {check.kind for check in derive_checks(goal, ())}


def test_a_sample_line_does_not_spare_the_comparison():
    kinds = {
        check.kind for check in derive_checks("Write a.py that prints lines like 2 x 3 = 6", ())
    }

    assert "command_prints" in kinds
