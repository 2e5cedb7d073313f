"""The one file that a goal names is wanted, however the goal comes to speak of it."""

import pytest

from loom_core.planning.expected_files import expected_files
from loom_core.planning.sentence import split_sentences


@pytest.mark.parametrize(
    ("goal", "expected"),
    [
        ("The bot reads a file bot.json that we don't have yet. Its token is x.", ["bot.json"]),
        ("The lamp takes its setup from lamp.ini. Could you write that file?", ["lamp.ini"]),
        ("lamp.ini is missing, and the lamp needs it from us: put on = 1 there.", ["lamp.ini"]),
        ("Find out why lamp.ini is missing.", []),
        ("Write a script that reads lamp.ini.", []),
        ("Write this from a.txt into b.txt", ["b.txt"]),
        ("If lamp.ini does not exist, write the word no.", []),
        ("Don't create lamp.ini.", []),
        ("Take the count from lamp.csv. I don't have Excel.", []),
    ],
)
def test_a_missing_file_that_is_spoken_of_alone(goal, expected):
    assert expected_files(split_sentences(goal), ()) == expected


def test_a_file_that_is_there_is_not_missing():
    goal = "The bot reads bot.json. Could you write that file anew?"

    assert expected_files(split_sentences(goal), ["bot.json"]) == []
