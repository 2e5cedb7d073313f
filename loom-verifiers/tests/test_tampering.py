"""Changes that make checks pass without the work, and marks that something is left to do."""

import pytest

from loom_core.contracts.check import CheckContext
from loom_core.types import CheckSpec, Outcome, OutcomeStatus, Subtask
from loom_core.workspace import Workspace
from loom_core.workspace.blobs import BlobStore
from loom_verifiers.changed_files import look_at, net_changes
from loom_verifiers.tampering import look_for_tampering
from loom_verifiers.unfinished import look_for_marks

TEST = "def test_sum():\n    assert add(2, 3) == 5\n    assert add(4, 0) == 4\n"
LATER = "FIX" + "ME later"  # in one piece it would be a mark in this file


@pytest.fixture
def after(tmp_path, sandbox):
    """Changes files from one content to another, and gives the changes and a look at them."""

    async def make(path, before, now):
        root = tmp_path / "work"
        root.mkdir()
        workspace = Workspace(root, blobs=BlobStore(tmp_path / "blobs"))
        if before:
            workspace.write(path, before.encode())
        changes = [workspace.delete(path)] if now is None else [workspace.write(path, now.encode())]
        look = CheckContext(workspace, sandbox, changes)
        outcome = Outcome(status=OutcomeStatus.COMPLETED, changes=tuple(changes))
        return await net_changes(outcome, look), look

    return make


def job(description, *checks):
    return Subtask(id="a", description=description, checks=checks)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (TEST.replace("== 5", "== -1"), "- assert add(2, 3) == 5"),
        (TEST.replace("assert add(4, 0) == 4", "pass"), "- assert add(4, 0) == 4"),
        (TEST.replace("def", "@pytest.mark.skip\ndef"), "+ @pytest.mark.skip"),
        ("", "- def test_sum():"),
        (None, "- def test_sum():"),
    ],
)
async def test_a_test_that_demands_less_is_left_to_a_human(after, now, words):
    changes, look = await after("tests/test_calc.py", TEST, now)

    (evidence,) = await look_for_tampering(changes, job("Fix it so that the tests pass"), look)

    assert words in evidence.detail


@pytest.mark.parametrize(
    ("path", "now", "description"),
    [
        ("tests/test_calc.py", TEST + "    assert add(1, 1) == 2\n", "Fix the bug"),
        ("tests/test_calc.py", TEST.replace("2, 3", "3, 2"), "Update the tests for the order"),
        ("tests/test_calc.py", TEST.replace("add", "plus"), "Rename add to plus everywhere"),
        ("tests/test_calc.py", TEST.replace("    assert add(4", "\n    assert add(4"), "Fix it"),
        ("calc.py", TEST.replace("== 5", "== 6"), "Fix the bug"),
    ],
)
async def test_other_changes_of_tests_are_none_of_it(after, path, now, description):
    changes, look = await after(path, TEST, now)

    assert await look_for_tampering(changes, job(description), look) == []


@pytest.mark.parametrize("path", ["unittest.py", "random.py", "json/__init__.py"])
async def test_a_new_module_in_the_place_of_pythons_own_is_left_to_a_human(after, path):
    changes, look = await after(path, "", "x = 1\n")

    (evidence,) = await look_for_tampering(changes, job("Fix the bug"), look)

    assert "takes the place" in evidence.detail


@pytest.mark.parametrize(
    ("path", "before", "description"),
    [
        ("calc.py", "", "Write a program"),
        ("src/random.py", "", "Write a program"),
        ("random.txt", "", "Write some numbers"),
        ("random.py", "", "Create random.py"),
        ("random.py", "y = 1\n", "Fix the bug"),
    ],
)
async def test_other_modules_are_none_of_it(after, path, before, description):
    changes, look = await after(path, before, "x = 1\n")

    assert await look_for_tampering(changes, job(description), look) == []


@pytest.mark.parametrize(
    ("before", "now", "description", "is_left"),
    [
        ("", "TODO: three sentences\n", "Write about rivers", True),
        ("", f"# {LATER}\nx = 1\n", "Write a program", True),
        ("", "Lorem ipsum dolor\n", "Write about rivers", True),
        (f"# {LATER}\n", f"# {LATER}\nx = 1\n", "Add x", False),
        ("", "TODO: milk\n", "Write a todo list", False),
        ("", "Lorem ipsum\n", "Write a page with lorem ipsum", False),
        ("", "All done today\n", "Write about rivers", False),
    ],
)
async def test_a_file_that_says_that_it_is_not_done(after, before, now, description, is_left):
    changes, look = await after("a.txt", before, now)

    found = await look_for_marks(changes, job(description), look)

    assert bool(found) is is_left


@pytest.mark.parametrize(
    ("description", "is_hidden"), [("Delete a.tmp", True), ("Move a.tmp to old", False)]
)
async def test_what_had_to_be_deleted_and_was_moved_is_left_to_a_human(
    tmp_path, sandbox, description, is_hidden
):
    workspace = Workspace(tmp_path, blobs=BlobStore(tmp_path.parent / "blobs"))
    workspace.write("a.tmp", b"a\n")
    changes = [workspace.write(".x/a.tmp", b"a\n"), workspace.delete("a.tmp")]
    look = CheckContext(workspace, sandbox, changes)
    outcome = Outcome(status=OutcomeStatus.COMPLETED, changes=tuple(changes))
    subtask = job(description, CheckSpec(kind="file_missing", target="a.tmp"))

    evidence = await look_at(await net_changes(outcome, look), subtask, look)

    assert any("under another name" in one.detail for one in evidence) is is_hidden
