"""What the executing model is told."""

from loom_core.dialects import DIALECTS
from loom_core.prompts import assemble, describe_check, worker_sections
from loom_core.types import CheckSpec, MemoryEntry, MemoryKind, Subtask, Task

TASK = Task(id="t", goal="Build the house", workspace="/w", context="made of wood")
SUBTASK = Subtask(
    id="roof",
    description="Make the roof",
    acceptance_criteria=("it is red",),
    checks=(CheckSpec(kind="file_contains", target="roof.txt", expected="red"),),
)


def told(subtask=SUBTASK, *, dialect="json_action", feedback=(), memory=(), demands=(), files=""):
    sections = worker_sections(
        TASK,
        subtask,
        dialect=DIALECTS[dialect],
        tools=(),
        memory=memory,
        feedback=feedback,
        demands=demands,
        files=files,
    )
    return assemble(sections, budget_tokens=100_000)


def test_goal_job_criteria_checks_and_files_are_in_it():
    _, user = told(demands=["roof.txt says red"], files="walls.txt (3 bytes)")

    for part in (
        "Build the house",
        "made of wood",
        "Make the roof",
        "it is red",
        "roof.txt says red",
        "walls.txt (3 bytes)",
    ):
        assert part in user.text


def test_a_check_is_one_short_line():
    assert describe_check(SUBTASK.checks[0]) == "file_contains roof.txt contains 'red'"
    assert describe_check(CheckSpec(kind="file_exists", target="a")) == "file_exists a"


def test_the_job_is_at_the_very_end():
    _, user = told(feedback=["attempt 1: crooked"], files="a")

    assert user.text.rstrip().endswith("Make the roof")


def test_a_subtask_that_is_the_whole_goal_is_not_told_twice():
    _, user = told(Subtask(id="goal", description="Build the house"))

    assert user.text.count("Build the house") == 1


def test_the_newest_feedback_is_told_and_it_is_bounded():
    _, user = told(feedback=[f"attempt {n}: reason {n}" for n in range(1, 9)])

    assert "reason 8" in user.text
    assert "reason 1" not in user.text


def test_memory_is_told_by_kind():
    _, user = told(memory=[MemoryEntry(kind=MemoryKind.DECISION, text="wood, not stone")])

    assert "decision: wood, not stone" in user.text


def test_nothing_of_a_subtask_is_in_the_system_turn():
    system, _ = told(feedback=["crooked"], files="walls.txt")

    for part in ("roof", "house", "crooked", "walls"):
        assert part not in system.text


def test_examples_are_for_the_dialect_that_needs_them():
    assert "Example" in told(dialect="json_action")[0].text
    assert "Example" not in told(dialect="native")[0].text
