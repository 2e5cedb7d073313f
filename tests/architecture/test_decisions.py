"""Decision records are counted: each number once, and the heading says the same."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


def test_numbers_are_given_once_and_without_a_gap():
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_headings_say_the_number():
    for path in DECISIONS:
        heading = path.read_text("utf-8").splitlines()[0]
        assert re.fullmatch(rf"# {int(path.name[:4])}\. \S.*", heading), path.name
