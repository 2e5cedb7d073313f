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
