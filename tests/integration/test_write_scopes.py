"""Subtasks that declare that they write the same do not run at the same time."""

import pytest
from scenario import BIG_GOAL, done, part, write

PLANNER = """
    from loom_core import hookimpl
    from loom_core.types import Plan, Subtask

    class Thing:
        @hookimpl
        def loom_plan(self, task):
            scopes = {scopes!r}
            return Plan(subtasks=tuple(
                Subtask(id=name, description=f"Write part {{name}} into {{name}}.txt", write_scope=scope)
                for name, scope in scopes.items()
            ))

    thing = Thing()
"""


def begun_and_ended(finished):
    """The subtasks in the order in which they began and ended."""
    return [
        (event["subtask_id"], event["type"] == "SubtaskStarted")
        for event in finished.events
        if event["type"] in {"SubtaskStarted", "SubtaskCompleted"}
    ]


@pytest.mark.parametrize(
    ("left", "right", "is_apart"),
    [
        (("left.txt", "shared/*.md"), ("right.txt", "shared/a.md"), True),
        (("shared",), ("shared/deep/a.md",), True),
        (("left.txt",), ("right.txt",), False),
    ],
)
def test_overlapping_scopes_run_one_after_the_other(place, site, left, right, is_apart):
    site.add("planner", "loom.plugins", PLANNER.format(scopes={"left": left, "right": right}))
    place.serve(
        *part("left", write("left.txt", "left\n"), done()),
        *part("right", write("right.txt", "right\n"), done()),
        slots=2,
    )

    finished = place.work(BIG_GOAL)

    assert finished.code == 0, finished.stderr
    order = begun_and_ended(finished)
    in_turn = [("left", True), ("left", False), ("right", True), ("right", False)]
    assert (order == in_turn) is is_apart
    assert place.files() == ["left.txt", "right.txt"]
