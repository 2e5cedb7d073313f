"""What the built-in extraction keeps of a subtask."""

from loom_core.errors import ErrorCategory
from loom_core.extraction.archivist import Archivist
from loom_core.types import (
    ChangeKind,
    FileChange,
    MemoryKind,
    Outcome,
    OutcomeStatus,
    Subtask,
    ToolRecord,
)

SUBTASK = Subtask(id="make-it", description="Make it")


def kept(status=OutcomeStatus.COMPLETED, **more):
    entries = Archivist().loom_extract(SUBTASK, Outcome(status=status, **more))
    return [(entry.kind, entry.text) for entry in entries]


def change(path, kind=ChangeKind.CREATED):
    return FileChange(path=path, kind=kind)


def call(*, recovered=False):
    return ToolRecord(
        tool="shell_execute",
        arguments={"command": "make"},
        is_error=True,
        category=ErrorCategory.RUNTIME,
        was_recovered=recovered,
    )


def test_the_result_is_kept():
    assert kept(summary="made it") == [(MemoryKind.CONTEXT, "make-it: made it")]


def test_a_failure_is_kept_as_an_error():
    assert kept(OutcomeStatus.BLOCKED, reason="no wood") == [
        (MemoryKind.ERROR, "make-it failed: no wood")
    ]


def test_nothing_is_made_up():
    assert kept() == []


def test_each_file_is_kept_once_as_it_was_left():
    changes = (
        change("a.txt"),
        change("a.txt", ChangeKind.MODIFIED),
        change("gone.txt"),
        change("gone.txt", ChangeKind.DELETED),
    )

    assert kept(changes=changes) == [(MemoryKind.ARTIFACT, "modified a.txt")]


def test_failures_that_stayed_are_kept_and_recovered_ones_are_not():
    ((kind, text),) = kept(tool_records=(call(), call(recovered=True)))

    assert kind is MemoryKind.ERROR
    assert "shell_execute failed (runtime): command='make'" in text


def test_everything_bears_the_subtask_it_came_from():
    entries = Archivist().loom_extract(
        SUBTASK,
        Outcome(status=OutcomeStatus.COMPLETED, summary="x", changes=(change("a.txt"),)),
    )

    assert all("make-it" in entry.tags for entry in entries)


def test_it_is_bounded():
    changes = tuple(change(f"{'x' * 900}{n}") for n in range(100))
    records = tuple(call() for _ in range(100))

    assert len(kept(summary="y" * 600, changes=changes, tool_records=records)) == 26
