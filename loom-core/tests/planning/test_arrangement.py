"""What a goal says of the form of a document, and of the words it must hold."""

import pytest

from loom_core.planning.derived_checks import derive_checks
from loom_core.planning.stated_values import stated_values


def expected(goal, kind):
    return [check.expected for check in derive_checks(goal, ()) if check.kind == kind]


@pytest.mark.parametrize(
    ("goal", "wanted"),
    [
        (
            'Create a.md with the heading "Tools" and a list of four items',
            ["heading = Tools", "item 4"],
        ),
        ('Create a.md with "Tools" as a top-level heading', ["heading 1"]),
        (
            "Create a.md, a checklist with the heading Packing and three unchecked boxes for x, y and z",
            ["heading = Packing", "box 3"],
        ),
        ("Create a.md titled Old Town Guide.", ["heading = Old Town Guide"]),
        ("Create a.md with a heading for each city", ["heading"]),
        ("Write a.md, a checklist of three tasks", ["box 3"]),
        ("Write a.md with a numbered list of 5 steps", ["number 5"]),
        ("Write a.md with a table of the planets", ["table"]),
        ("Write a.md with a code block that prints hi", ["code"]),
        ("Write a.md about the town", []),
        ("Write a.txt with a list of four items", []),
    ],
)
def test_the_arrangement_of_a_document_is_checked(goal, wanted):
    assert expected(goal, "document_has") == wanted


@pytest.mark.parametrize(
    ("goal", "wanted"),
    [
        ('Create a.html with a paragraph that says "Come in."', ["Come in."]),
        ('Create a.txt without the word "hello"', []),
        ('Create a.py with a function that returns "hello"', []),
        ('Create a.md with the words "one" and "two"', ["one", "two"]),
    ],
)
def test_what_is_quoted_must_be_in_the_one_document(goal, wanted):
    assert expected(goal, "file_contains") == wanted


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("the keys app: orders and replicas: 3", {"app": "orders", "replicas": 3}),
        ("host is 127.0.0.1 and port is 9000", {"host": "127.0.0.1", "port": 9000}),
        ("debug is true", {"debug": True}),
        ('zone is the string "B4" and rate is the number 2.5', {"zone": "B4", "rate": 2.5}),
        ("colours: red", {}),
        ("it is 5 and this is 6", {}),
        ("Set version to 2.1.0", {"version": "2.1.0"}),
    ],
)
def test_values_are_stated_in_more_ways(text, values):
    assert {stated.key: stated.value for stated in stated_values(text)} == values
