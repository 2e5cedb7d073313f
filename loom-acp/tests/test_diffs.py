"""Diffs for the editor: shown only where the hashes prove them."""

import difflib
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_acp.diffs import diffs_of, patched, planned_diff
from loom_core.types import ChangeKind, FileChange
from loom_core.workspace import BlobStore, Workspace


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def unified(old, new):
    lines = difflib.unified_diff(old.split("\n"), new.split("\n"), lineterm="", n=2)
    return "\n".join([*lines][2:])


LINES = st.lists(st.sampled_from(["", "a", "b", "@@ -1 +1 @@", "-x", "+y"]), max_size=12)


@given(LINES, LINES)
def test_diff_of_two_texts_leads_from_one_to_the_other(old, new):
    before, after = "\n".join(old), "\n".join(new)
    if before != after:
        assert patched(before, unified(before, after)) == after


@pytest.mark.parametrize(
    "diff", ["", "no hunk", "@@ -1 +1 @@\n-other\n+new", "@@ -90 +90 @@\n-one\n+new"]
)
def test_diff_that_does_not_fit_leads_nowhere(diff):
    assert patched("one\ntwo", diff) is None


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "work").mkdir()
    return Workspace(tmp_path / "work", blobs=BlobStore(tmp_path / "blobs"))


def test_planned_change_is_shown_whole_only_if_it_has_the_hash_that_the_call_names(workspace):
    (workspace.root / "a.txt").write_text("one\ntwo\n")
    preview = "edit a.txt\n" + unified("one\ntwo\n", "one\nthree\n")
    facts = {"path": "a.txt", "before": sha("one\ntwo\n"), "after": sha("one\nthree\n")}

    shown = planned_diff(preview, facts, workspace)

    assert (shown.old_text, shown.new_text) == ("one\ntwo\n", "one\nthree\n")
    assert planned_diff(preview, {**facts, "after": sha("else")}, workspace) is None
    assert planned_diff(preview, {**facts, "before": sha("else")}, workspace) is None
    assert planned_diff("rm -rf x", {}, workspace) is None


def test_changes_are_shown_as_they_were_even_when_the_file_has_changed_since(workspace):
    path = workspace.root / "a.txt"
    path.write_text("two\n")
    for text in ("one\n", "two\n"):
        workspace.blobs.put(text.encode())
    change = FileChange(
        path="a.txt", kind=ChangeKind.MODIFIED, before=sha("one\n"), after=sha("two\n")
    )
    path.write_text("three\n")

    [shown] = diffs_of([change], workspace)

    assert (shown.path, shown.old_text, shown.new_text) == (str(path), "one\n", "two\n")


def test_what_is_no_text_or_unknown_is_left_out(workspace):
    (workspace.root / "b.bin").write_bytes(b"\0\1")
    made = FileChange(
        path="b.bin", kind=ChangeKind.CREATED, after=hashlib.sha256(b"\0\1").hexdigest()
    )
    lost = FileChange(path="c", kind=ChangeKind.MODIFIED, before=sha("x"), after=sha("y"))

    assert diffs_of([made, lost], workspace) == []
