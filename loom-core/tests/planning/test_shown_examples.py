"""Examples that a goal shows without the call, and edits that it asks for in other words."""

import pytest

from loom_core.planning.derived_checks import derive_checks
from loom_core.planning.stated_code import call_examples


@pytest.mark.parametrize(
    ("goal", "examples"),
    [
        (
            'File a.py, function caps(text): "ab" gives "AB", and "c" should become "C".',
            [('"ab"', '"AB"'), ('"c"', '"C"')],
        ),
        ("a.py with half(number), where 4 -> 2 and -6 -> -3", [("4", "2"), ("-6", "-3")]),
        ("a.py has add(a, b): 4 gives 2", []),
        ("a.py has f(a) and g(b): 4 gives 2", []),
        ('a.py has f(a): "ab" gives the capitals', []),
        ("a.py has f(a): 4 gives 2x the size", []),
        ('a.py has label(age): under 18 gives "minor"', []),
        ("a.py has total(numbers): 1, 2, 3 gives 6", []),
        ("a.py has evaluate(text): 1 + 2 gives 3", []),
    ],
)
def test_what_a_goal_shows_of_its_one_function(goal, examples):
    goal = goal.replace("with half(", "with the function half(").replace(
        "has ", "has the function "
    )

    assert [(one.arguments, one.result) for one in call_examples(goal)] == examples


@pytest.mark.parametrize(
    "goal",
    [
        "We forgot httpx in needed.txt. It should be pinned like the others.",
        "La parada Norte ahora se llama Sur. Actualiza needed.txt.",
        "Ergänze needed.txt um die Zeile milk.",
        "Ajoute la ligne milk à needed.txt.",
    ],
)
def test_an_edit_is_compared_in_whatever_words_it_is_asked_for(goal):
    assert "file_as_told" in {check.kind for check in derive_checks(goal, ["needed.txt"])}


@pytest.mark.parametrize(
    "goal",
    [
        "Translate menu.csv, which is in German, into out.txt.",
        "Summarise menu.csv, which lists dishes of Spain, in out.txt.",
    ],
)
def test_a_clause_is_no_choice(goal):
    assert "file_computed" not in {check.kind for check in derive_checks(goal, ["menu.csv"])}


def test_a_choice_is_worked_out():
    goal = "Which dishes of menu.csv can a vegan have? Put them into out.txt."

    assert "file_computed" in {check.kind for check in derive_checks(goal, ["menu.csv"])}
