"""Where a file's content comes from."""

import pytest

from loom_core.types import ChangeKind, FileChange, VerdictStatus
from loom_verifiers.checks.computed import FileComputed


async def look(look_with, root, content, *, by_command, expected=""):
    (root / "out.txt").write_bytes(content)
    change = FileChange(path="out.txt", kind=ChangeKind.CREATED, after="1", by_command=by_command)
    return await FileComputed().run("out.txt", expected, look_with(changes=[change]))


@pytest.mark.parametrize(
    ("content", "by_command", "expected", "status"),
    [
        (b"4\n", True, "number", VerdictStatus.PASSED),
        (b"4\n", False, "number", VerdictStatus.FAILED),
        (b"12.5 %", True, "number", VerdictStatus.PASSED),
        (b"-1,024.00\n", True, "number", VerdictStatus.PASSED),
        (b"ERROR\nERROR\n", True, "number", VerdictStatus.FAILED),
        (b"12 story.txt\n", True, "number", VerdictStatus.FAILED),
        (b"1" * 200_000 + b" x", True, "number", VerdictStatus.FAILED),
        (b"", True, "number", VerdictStatus.FAILED),
        (b"Ada\nBea\n", True, "", VerdictStatus.PASSED),
        (b"Ada\nBea\n", False, "", VerdictStatus.FAILED),
    ],
)
async def test_a_command_must_have_made_it(
    look_with, tmp_path, *, content, by_command, expected, status
):
    evidence = await look(look_with, tmp_path, content, by_command=by_command, expected=expected)

    assert evidence.status is status


async def test_a_file_that_nothing_made_is_missing(look_with):
    evidence = await FileComputed().run("out.txt", "", look_with(changes=[]))

    assert evidence.status is VerdictStatus.FAILED


@pytest.mark.parametrize(
    ("held", "status"),
    [
        ("Graz\n", "passed"),
        ("Graz\nSan Juan\n", "passed"),
        ("Graz, San Juan", "passed"),
        ("94000", "failed"),
        ("The city with the most inhabitants is 94000", "failed"),
        ("Graz is it", "failed"),
    ],
)
async def test_names_come_out_of_the_data(look_with, tmp_path, held, status):
    (tmp_path / "cities.csv").write_text("city,inhabitants\nGraz,94000\nSan Juan,3\n")
    form = "names in cities.csv"

    evidence = await look(look_with, tmp_path, held.encode(), by_command=True, expected=form)

    assert evidence.status == status
