"""The plan as a tree."""

from loom_core.cli.progress.plan_tree import describe_plan
from loom_core.cli.progress.subtask_progress import SubtaskProgress
from loom_core.types import Subtask, SubtaskState


def make(*subtasks: Subtask) -> dict[str, SubtaskProgress]:
    return {subtask.id: SubtaskProgress(subtask) for subtask in subtasks}


def shown(subtasks: dict[str, SubtaskProgress]) -> list[str]:
    return [line.format(columns=60) for line in describe_plan(subtasks)]


def test_what_waits_is_further_in():
    lines = shown(
        make(
            Subtask(id="a", description="First"),
            Subtask(id="b", description="Second", depends_on=("a",)),
            Subtask(id="c", description="Third", depends_on=("a", "b")),
        )
    )

    assert lines == [
        "  · a: First",
        "    · b (after a): Second",
        "      · c (after a, b): Third",
    ]


def test_the_mark_is_the_state():
    subtasks = make(Subtask(id="a", description="First"))
    subtasks["a"].state = SubtaskState.COMPLETED

    assert "✓" in shown(subtasks)[0]


def test_a_dependency_outside_the_plan_harms_nothing():
    assert shown(make(Subtask(id="a", description="First", depends_on=("gone",))))


def test_a_huge_plan_is_cut():
    chain = [Subtask(id="s0", description="x")]
    chain += [
        Subtask(id=f"s{i}", description="x", depends_on=(f"s{i - 1}",)) for i in range(1, 5000)
    ]

    lines = shown(make(*chain))

    assert len(lines) == 21
    assert lines[-1] == "  … and 4,980 more"


def test_a_description_cannot_act_on_the_terminal():
    line = shown(make(Subtask(id="a", description="evil \x1b[2J\nloom: completed")))[0]

    assert "\x1b" not in line
    assert "\n" not in line
