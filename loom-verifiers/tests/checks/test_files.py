"""Checks of presence and content."""

import os

import pytest

from loom_core.errors import PathRefused
from loom_core.types import VerdictStatus
from loom_verifiers.checks.files import FileContains, FileEquals, FileExists, FileLacks, FileMissing

PASSED, FAILED, UNVERIFIED = VerdictStatus.PASSED, VerdictStatus.FAILED, VerdictStatus.UNVERIFIED


async def test_a_file_that_is_there_exists(tmp_path, look):
    (tmp_path / "a.txt").touch()

    evidence = await FileExists().run("./a.txt", "", look)

    assert evidence.status is PASSED
    assert evidence.check == "file_exists ./a.txt"


async def test_a_missing_file_fails_and_is_named(look):
    evidence = await FileExists().run("sub/a.txt", "", look)

    assert evidence.status is FAILED
    assert "sub/a.txt" in evidence.detail


async def test_a_directory_is_no_file_unless_it_was_asked_for(tmp_path, look):
    (tmp_path / "sub").mkdir()

    assert (await FileExists().run("sub", "", look)).status is FAILED
    assert (await FileExists().run("sub/", "", look)).status is PASSED
    assert (await FileExists().run("other/", "", look)).status is FAILED


async def test_a_file_outside_the_workspace_is_never_looked_at(tmp_path, look):
    for check in (FileExists(), FileMissing(), FileContains()):
        with pytest.raises(PathRefused):
            await check.run("../secret.txt", "x", look)


async def test_missing_passes_only_when_nothing_is_there(tmp_path, look):
    assert (await FileMissing().run("a.txt", "", look)).status is PASSED

    (tmp_path / "a.txt").touch()

    assert (await FileMissing().run("a.txt", "", look)).status is FAILED


async def test_contained_text_passes_and_missing_text_shows_what_is_there(tmp_path, look):
    (tmp_path / "a.txt").write_text("milk\nbread\n")

    assert (await FileContains().run("a.txt", "bread", look)).status is PASSED
    evidence = await FileContains().run("a.txt", "butter", look)

    assert evidence.status is FAILED
    assert '"butter"' in evidence.detail
    assert "milk" in evidence.detail


async def test_a_byte_order_mark_does_not_hide_the_first_word(tmp_path, look):
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfmilk")

    assert (await FileContains().run("a.txt", "milk", look)).status is PASSED


async def test_content_cannot_pass_without_something_to_look_for(tmp_path, look):
    (tmp_path / "a.txt").write_text("milk")

    assert (await FileContains().run("a.txt", "  ", look)).status is UNVERIFIED


async def test_content_of_missing_and_binary_files_fails(tmp_path, look):
    (tmp_path / "b.bin").write_bytes(b"\xff\xfe\x00milk")

    assert (await FileContains().run("a.txt", "milk", look)).status is FAILED
    assert (await FileContains().run("b.bin", "milk", look)).status is FAILED


async def test_a_pipe_is_not_read(tmp_path, look):
    os.mkfifo(tmp_path / "pipe")

    assert (await FileContains().run("pipe", "milk", look)).status is FAILED


async def test_a_long_file_is_quoted_without_its_middle(tmp_path, look):
    (tmp_path / "a.txt").write_text("x" * 100_000)

    evidence = await FileContains().run("a.txt", "milk", look)

    assert len(evidence.detail) < 1_000
    assert "characters left out" in evidence.detail


async def test_text_that_should_be_gone(tmp_path, look):
    (tmp_path / "a.txt").write_text("the colour and colours\n")

    assert (await FileLacks().run("a.txt", "colour", look)).status is FAILED
    assert (await FileLacks().run("a.txt", "color", look)).status is PASSED
    assert (await FileLacks().run("a.txt", " ", look)).status is UNVERIFIED
    assert (await FileLacks().run("none.txt", "color", look)).status is FAILED


async def test_words_in_a_comment_of_a_program_only_are_not_there(tmp_path, look):
    (tmp_path / "a.sh").write_text('#!/bin/bash\n# Print the word ready\necho "Ready"\n')

    evidence = await FileContains().run("a.sh", "ready", look)

    assert evidence.status is FAILED
    for there in (
        "#!/bin/bash",
        "bash",
        "# Print",
        "Ready",
        '# Print the word ready\necho "Ready"',
    ):
        assert (await FileContains().run("a.sh", there, look)).status is PASSED


async def test_other_capitals_are_named(tmp_path, look):
    (tmp_path / "a.txt").write_text("Ready\n")

    for check in (FileContains(), FileEquals()):
        evidence = await check.run("a.txt", "ready", look)

        assert evidence.status is FAILED
        assert 'write "ready" in just these letters, not "Ready"' in evidence.detail
