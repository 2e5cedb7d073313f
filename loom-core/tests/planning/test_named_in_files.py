"""Names that a goal gives for what is inside of files: renamed functions, classes of style sheets."""

import pytest

from loom_core.planning.derived_checks import derive_checks

KINDS = {"file_contains", "file_keeps"}


def checks_of(goal, *existing):
    return [
        f"{check.kind} | {check.target} | {check.expected}"
        for check in derive_checks(goal, existing)
        if check.kind in KINDS
    ]


RENAMED = ["file_contains | a.py | area", "file_keeps | a.py | lines without calc"]


@pytest.mark.parametrize(
    "goal",
    [
        "Rename the function calc to area in a.py.",
        "In a.py, rename the method `calc` to `area`.",
        "Please rename function calc() to area in a.py",
    ],
)
def test_a_renamed_name_is_there_and_no_other_line_is_lost(goal):
    assert checks_of(goal, "a.py") == RENAMED


@pytest.mark.parametrize(
    "goal",
    [
        "Rename the function calc to area in a.py and b.py.",
        "Rename the function in a.py so that its name says more.",
        "Rename the file a.py to area.py.",
    ],
)
def test_where_it_is_not_clear_what_is_renamed_where_nothing_is_demanded(goal):
    assert not set(RENAMED) & set(checks_of(goal, "a.py", "b.py"))


@pytest.mark.parametrize(
    ("goal", "wanted"),
    [
        ("Write a.css with a rule for the class button that makes it red.", [".button"]),
        ("Write a.css in which the class named card-title is bold and the id main is wide.",
         [".card-title", "#main"]),
        ("Write a.css with a rule for the class that holds buttons.", []),
        ("Write a.py with the class Button.", []),
    ],
)  # fmt: skip
def test_classes_and_ids_of_a_style_sheet_have_selectors(goal, wanted):
    found = checks_of(goal)

    assert [one.rpartition(" | ")[2] for one in found if one.startswith("file_contains")] == wanted
