"""When the words that a goal quotes are all that a new text file shall hold."""

import pytest

from loom_core.planning.derived_checks import derive_checks


@pytest.mark.parametrize(
    ("goal", "is_all"),
    [
        ('Create a.txt with the text "Be kind"', True),
        ('Write "hello" to a.txt', True),
        ('Please make a new text file called a.txt containing the line "Be kind".', True),
        ('Create a.txt containing "Hello" followed by the current year', False),
        ('Create a.txt with the line "Hello" and the numbers 1 to 10', False),
        ('Create a.txt with the heading "List" and five items', False),
        ('Write "hello" to a.txt 3 times, one per line', False),
        ('Write a story to a.txt that contains the word "dragon"', False),
        ('Create a.txt with the word "rain" in upper case', False),
        ('Create a.md with the text "Be kind"', False),
    ],
)
def test_a_new_text_file_holds_nothing_else_only_where_nothing_else_is_asked_for(goal, is_all):
    kinds = {check.kind for check in derive_checks(goal, [])}

    assert ("file_equals" in kinds) is is_all
