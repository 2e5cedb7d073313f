"""Goals of several steps, taken apart by their own words."""

import pytest

from loom_core.planning.clauses import clauses


@pytest.mark.parametrize(
    ("goal", "steps"),
    [
        (
            "Create a.txt with the text hi, then copy a.txt to b.txt.",
            ["Create a.txt with the text hi", "Copy a.txt to b.txt"],
        ),
        (
            'Rename old.txt to new.txt and add the line "x" at its end.',
            ["Rename old.txt to new.txt", 'Add the line "x" at the end of new.txt'],
        ),
        (
            "Write lib.py with add(a, b), and a script main.py that imports it and prints add(1, 2).",
            [
                "Write lib.py with add(a, b)",
                "Create a script main.py that imports lib.py and prints add(1, 2)",
            ],
        ),
        (
            "Count the lines of log.txt and write the number to n.txt. After that delete log.txt.",
            ["Count the lines of log.txt and write the number to n.txt", "Delete log.txt"],
        ),
        (
            "Write the average of a.csv to avg.txt, then create s.md that mentions this average.",
            [
                "Write the average of a.csv to avg.txt",
                "Create s.md that mentions this average (see avg.txt)",
            ],
        ),
        (
            "Create a.json and fill it. Then write b.py that prints what is in a.json. Use the json module.",
            [
                "Create a.json and fill it",
                "Write b.py that prints what is in a.json. Use the json module",
            ],
        ),
    ],
)
def test_a_goal_comes_apart_into_commands(goal, steps):
    assert clauses(goal) == steps


@pytest.mark.parametrize(
    "goal",
    [
        "Create a.txt",
        "Create user.json with a name, then add an email to it.",
        "Write a tool x.py that can read a.csv and write b.csv",
        "Find the longest word in a.txt and save it in b.txt.",
        "Write a.py that reads b.txt and writes c.txt",
        'Create a.txt with the text "first, then create b.txt"',
        "Build a web app. Then deploy it.",
        "Write a parser and then write tests",
        "- create a.txt\n- create b.txt",
        "Fix it, then create a.txt and b.txt. " * 30,
    ],
)
def test_a_goal_in_doubt_stays_whole(goal):
    assert clauses(goal) == [goal.strip()]
