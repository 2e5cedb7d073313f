"""Files that were to be written as a goal tells."""

from loom_core.types import ChangeKind, FileChange, VerdictStatus
from loom_verifiers.checks.told import FileAsTold


async def told(look_with, *changes):
    evidence = await FileAsTold().run("notes.txt", "", look_with(changes=changes))
    return evidence.status


async def test_a_file_that_was_changed_passes_and_one_that_is_as_it_was_does_not(
    tmp_path, look_with
):
    (tmp_path / "notes.txt").write_text("b")
    there = FileChange(path="notes.txt", kind=ChangeKind.MODIFIED, before="a", after="b")
    back = FileChange(path="notes.txt", kind=ChangeKind.MODIFIED, before="b", after="a")

    assert await told(look_with, there) is VerdictStatus.PASSED
    assert await told(look_with, there, back) is VerdictStatus.FAILED
    assert await told(look_with) is VerdictStatus.FAILED


async def test_a_file_that_was_taken_away_was_not_written(look_with):
    gone = FileChange(path="notes.txt", kind=ChangeKind.DELETED, before="a")

    assert await told(look_with, gone) is VerdictStatus.FAILED
