"""A capable model that plans with criteria and reviews its results: one is refused and made again."""

from fault_rules import counted
from reviewing import cite, verdict
from scenario import done, part, planned, subtask, turns, write

from loom_core.testing import Reply, Rule

_REVIEWS = "You review a job"
_CRITERIA = ["its file holds its name and nothing else"]


def reviewed_rules() -> tuple[Rule, ...]:
    """``left`` is written wrong at first, which only the reviewer sees; ``whole`` needs both."""
    asked = {"criteria": _CRITERIA, "verification_tier": 2}
    second = (write("left.txt", "left\n"), done("left is there"))
    return counted(
        (
            *_reviews(),
            *planned(
                subtask("left", **asked),
                subtask("right", **asked),
                subtask("whole", "left", "right", **asked),
            ),
            *turns(*second, first_user="part left", anywhere="attempt 1:"),
            *part("left", write("left.txt", "lift\n"), done("left is there")),
            *part("right", write("right.txt", "right\n"), done("right is there")),
            *part(
                "whole",
                Reply.calling("read_file", path="left.txt"),
                Reply.calling("read_file", path="right.txt"),
                write("whole.txt", "left right\n"),
                done("whole is there"),
            ),
        )
    )


def _reviews() -> tuple[Rule, ...]:
    """What the reviewer says, by what it is shown."""
    wrong = verdict("failed", cite("left.txt", 1, "lift"), feedback="it says lift and not left")
    return (
        Rule(system=_REVIEWS, first_user="1 + lift", reply=wrong),
        Rule(system=_REVIEWS, first_user="1 + left right", reply=_right("whole.txt", "left right")),
        Rule(system=_REVIEWS, first_user="1 + left", reply=_right("left.txt", "left")),
        Rule(system=_REVIEWS, first_user="1 + right", reply=_right("right.txt", "right")),
    )


def _right(name: str, text: str) -> Reply:
    """A pass that cites the file for the job and for its criterion."""
    return verdict("passed", cite(name, 1, text), cite(name, 1, text, about=2))
