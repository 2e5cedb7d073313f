"""Names that a goal wants renamed inside a file, and what it then says of the other lines."""

import pytest

from loom_core.planning.derived_checks import derive_checks


@pytest.mark.parametrize(
    ("goal", "kinds"),
    [
        ("Rename the function calc to area in a.py.", {"file_contains", "file_keeps"}),
        (
            "Rename the function calc to area in a.py and everywhere.",
            {"file_contains", "file_keeps"},
        ),
        (
            "Rename the function calc to area in a.py and remove the debug prints.",
            {"file_contains"},
        ),
        ("Rename the function calc to area in a.py. Also delete old.", {"file_contains"}),
        ("Rename the function calc to something clearer in a.py.", set()),
        ("Rename the variable myVar to snake_case in a.py.", set()),
        ("Rename the method run to match its purpose in a.py.", set()),
    ],
)
def test_only_a_plain_renaming_holds_the_other_lines(goal, kinds):
    found = {
        (check.kind, check.expected)
        for check in derive_checks(goal, ["a.py"])
        if check.expected in {"area", "something", "snake_case", "match", "lines without calc"}
    }

    assert {kind for kind, _ in found} == kinds
