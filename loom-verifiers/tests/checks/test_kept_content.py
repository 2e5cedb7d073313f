"""The check that an edit lost nothing."""

import pytest

from loom_core.contracts.check import CheckContext
from loom_core.types import VerdictStatus
from loom_core.workspace import Workspace
from loom_core.workspace.blobs import BlobStore
from loom_verifiers.checks.kept_content import FileKeeps

PASSED, FAILED, UNVERIFIED = VerdictStatus.PASSED, VerdictStatus.FAILED, VerdictStatus.UNVERIFIED


@pytest.fixture
def after_edits(tmp_path, sandbox):
    """A look at a workspace in which a file had one content after another."""

    def make(*contents, keeps_blobs=True):
        root = tmp_path / "work"
        root.mkdir()
        (root / "a.txt").write_text(contents[0])
        workspace = Workspace(root, blobs=BlobStore(tmp_path / "blobs") if keeps_blobs else None)
        changes = [workspace.write("a.txt", content.encode()) for content in contents[1:]]
        return CheckContext(workspace, sandbox, changes)

    return make


@pytest.mark.parametrize(
    ("now", "status"),
    [
        ("one\ntwo\nthree\n", PASSED),
        ("zero\none\n\ntwo  \r\n", PASSED),
        ("three\n", FAILED),
        ("one\nthree\n", FAILED),
        ("two\none\n", FAILED),
        ("one two\nthree\n", FAILED),
        ("", FAILED),
    ],
)
async def test_all_old_lines_must_stay_in_order(after_edits, now, status):
    evidence = await FileKeeps().run("./a.txt", "lines", after_edits("one\ntwo\n", now))

    assert evidence.status is status, evidence


@pytest.mark.parametrize(
    ("now", "status"), [("1\n2\n", PASSED), ("1\n2\n3\n", PASSED), ("1\n", FAILED)]
)
async def test_by_count_lines_may_change_but_not_vanish(after_edits, now, status):
    evidence = await FileKeeps().run("a.txt", "count", after_edits("one\ntwo\n", now))

    assert evidence.status is status, evidence


@pytest.mark.parametrize(
    ("now", "status"),
    [
        ("one\ntwo\nthree\n", PASSED),
        ("one\ntwo", PASSED),
        ("three\none\ntwo\n", FAILED),
        ("one\nthree\ntwo\n", FAILED),
        ("one\ntwo three\n", FAILED),
        ("one\n", FAILED),
    ],
)
async def test_what_is_added_at_the_end_leaves_the_beginning(after_edits, now, status):
    evidence = await FileKeeps().run("a.txt", "beginning", after_edits("one\ntwo\n", now))

    assert evidence.status is status, evidence


async def test_what_was_lost_is_said(after_edits):
    evidence = await FileKeeps().run("a.txt", "lines", after_edits("one\ntwo\n", "three\n"))

    assert "one; two" in evidence.detail


async def test_the_content_before_the_first_edit_counts(after_edits):
    look = after_edits("one\ntwo\n", "three\n", "three\nfour\n")

    assert (await FileKeeps().run("a.txt", "lines", look)).status is FAILED


async def test_an_unchanged_file_keeps_its_lines(after_edits):
    assert (await FileKeeps().run("a.txt", "lines", after_edits("one\n"))).status is PASSED


async def test_a_missing_file_keeps_nothing(look):
    assert (await FileKeeps().run("a.txt", "lines", look)).status is FAILED


async def test_without_what_it_held_before_nobody_can_tell(after_edits):
    look = after_edits("one\n", "two\n", keeps_blobs=False)

    assert (await FileKeeps().run("a.txt", "lines", look)).status is UNVERIFIED


@pytest.mark.parametrize(
    ("before", "now", "status"),
    [
        ("def f(): pass\ndef g(): pass\n", "def g(x): return x\ndef f(): pass\n", PASSED),
        ("class A:\n    def f(self): pass\n", "class A:\n    def g(self): pass\n", FAILED),
        ("def f(): pass\n", "x = 1\n", FAILED),
        ("def f(): pass\n", "def f(:\n", FAILED),
        ("def f(:\n", "def f(): pass\n", UNVERIFIED),
    ],
)
async def test_definitions_must_stay(after_edits, before, now, status):
    evidence = await FileKeeps().run("a.txt", "definitions", after_edits(before, now))

    assert evidence.status is status, evidence


async def test_what_was_only_to_be_read_stays_as_it_was(after_edits):
    look = after_edits("b\na\n", "a\nb\n", "b\na\n")

    assert (await FileKeeps().run("a.txt", "everything", look)).status is PASSED

    look.workspace.write("a.txt", b"a\nb\n")

    assert (await FileKeeps().run("a.txt", "everything", look)).status is FAILED


async def test_an_unknown_wish_is_unverified(after_edits):
    assert (await FileKeeps().run("a.txt", "", after_edits("a\n"))).status is UNVERIFIED


@pytest.mark.parametrize(
    ("expected", "now", "status"),
    [
        ("lines without port", "host = a\nport = 9\n", PASSED),
        ("lines without PORT", "host = a\nport = 9\n", PASSED),
        ("lines without port", "host = b\nport = 9\n", FAILED),
        ("lines without port", "host = a\n", FAILED),
        ("lines and 1 more", "x\nhost = a\nport = 1\n", PASSED),
        ("lines and 1 more", "x\nx\nhost = a\nport = 1\n", FAILED),
        ("beginning and 1 more", "host = a\nport = 1\nx\n", PASSED),
        ("beginning and 1 more", "x\nhost = a\nport = 1\n", FAILED),
        ("end and 1 more", "x\nhost = a\nport = 1\n", PASSED),
        ("end and 1 more", "host = a\nport = 1\nx\n", FAILED),
        ("end and 1 more", "x\nport = 1\n", FAILED),
        ("beginning and 2 more", "host = a\nport = 1\nx\n", FAILED),
    ],
)
async def test_what_else_may_change_can_be_bounded(after_edits, expected, now, status):
    evidence = await FileKeeps().run("a.txt", expected, after_edits("host = a\nport = 1\n", now))

    assert evidence.status is status


@pytest.mark.parametrize(
    ("now", "status"),
    [
        ('{"a": {"port": 2, "x": [1, {"y": null}]}, "z": {}}', PASSED),
        ('{"new": 1, "a": {"port": 2, "x": [1, {"y": null}]}, "z": {}}', PASSED),
        ('{"a": {"port": 2, "x": [2, {"y": null}]}, "z": {}}', FAILED),
        ('{"a": {"port": 2}, "z": {}}', FAILED),
        ('{"port": 2}', FAILED),
        ("port = 2", FAILED),
    ],
)
async def test_all_values_but_one_are_kept(after_edits, now, status):
    look = after_edits('{"a": {"port": 1, "x": [1, {"y": null}]}, "z": {}}', now)

    for keys in ("port", "a.port", "other, port"):
        evidence = await FileKeeps().run("a.txt", f"values without {keys}", look)

        assert evidence.status is status, evidence


async def test_what_was_no_json_had_no_values(after_edits):
    evidence = await FileKeeps().run("a.txt", "values without a", after_edits("a = 1", "{}"))

    assert evidence.status is PASSED
