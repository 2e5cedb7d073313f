import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loom_tools.matching import Match, NoMatch, find


def test_a_line_quoted_for_two_is_found_by_its_words():
    found = find(
        "def add(a, b):\n    return a - b\n",
        "def add(a, b): return a - b",
        "def add(a, b): return a + b",
    )

    assert isinstance(found, Match)
    assert (found.start, found.end) == (0, 31)
    assert found.replacement == "def add(a, b): return a + b"
    assert "lines are broken" in found.note


def test_words_in_two_places_are_not_guessed_at():
    assert isinstance(find("a b\nc\nx\na\nb c\n", "a b c", "d"), NoMatch)


def edited(text: str, old: str, new: str) -> str:
    found = find(text, old, new)
    assert isinstance(found, Match), found
    return text[: found.start] + found.replacement + text[found.end :]


@pytest.mark.parametrize(
    ("text", "old", "new", "after"),
    [
        (
            "def f():\n\tif a:\n\t\tgo()\n",
            "    if a:\n        go()",
            "    if a:\n        if b:\n            go()",
            "def f():\n\tif a:\n\t\tif b:\n\t\t\tgo()\n",
        ),
        (
            "class A:\n    def f(self):\n        return 1\n",
            "def f(self):\n        return 1",
            "def f(self):\n        x = 1\n        return x",
            "class A:\n    def f(self):\n        x = 1\n        return x\n",
        ),
        (
            "def f():\n    return 1\n",
            "def f():\n  return 1",
            "def f():\n  if a:\n    return 2\n",
            "def f():\n    if a:\n      return 2\n",
        ),
    ],
    ids=["tabs", "first line only", "two spaces"],
)
def test_new_lines_get_the_indentation_of_their_place(text, old, new, after):
    assert edited(text, old, new) == after


def test_many_places_are_counted_and_only_the_first_are_listed():
    found = find("x\n" * 30, "x", "y")

    assert isinstance(found, NoMatch)
    assert "found 30 times (lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …)" in found.reason
    assert found.reason.endswith("to change all 30 set replace_all to true")


@given(st.text(st.sampled_from("ab \n\t1(.*+\\é“"), max_size=60), st.data())
@settings(max_examples=300)
def test_any_quote_gets_an_answer_and_nothing_outside_its_place_changes(text, data):
    old = data.draw(st.text(st.sampled_from("ab \n\t1(.*+\\é“"), min_size=1, max_size=20))

    found = find(text, old, "NEW")

    if isinstance(found, NoMatch):
        assert found.reason
    else:
        assert 0 <= found.start <= found.end <= len(text)


def test_a_long_quote_of_repeated_words_is_looked_for_in_linear_time():
    text = "a " * 400_000

    assert isinstance(find(text, "a " * 2000 + "b", "c"), NoMatch)


def test_words_over_odd_line_breaks_are_placed_to_the_character():
    text = "one\n\n  two\tthree\nfour\n"

    found = find(text, "one two three", "x")

    assert isinstance(found, Match)
    assert text[found.start : found.end] == "one\n\n  two\tthree"


def test_a_file_of_equal_lines_is_searched_as_quickly_as_any_other():
    text = "same line\n" * 200_000

    missing = find(text, "same line\n" * 3000 + "other", "y")
    ambiguous = find(text, "same line \n" * 3000, "y")

    assert isinstance(missing, NoMatch)
    assert isinstance(ambiguous, NoMatch)
    assert "found 197001 times" in ambiguous.reason


def test_runs_of_lines_that_overlap_are_all_found():
    assert "found 2 times (lines 1, 3)" in find("a\nb\na\nb\na", "a \nb \na ", "y").reason
