"""The line at the tail of a tool result."""

from loom_core.prompts.reminder import reminder, with_reminder
from loom_core.types import Evidence, VerdictStatus

PASSED, FAILED, UNVERIFIED = VerdictStatus


def evidence(check, status, detail=""):
    return Evidence(check=check, status=status, detail=detail)


def test_it_names_the_job():
    assert "write a.txt" in reminder("write a.txt", [])


def test_what_is_missing_is_said_with_its_detail():
    line = reminder(
        "job", [evidence("file_exists a", PASSED), evidence("contains b", FAILED, "it has c")]
    )

    assert "contains b" in line
    assert "it has c" in line
    assert "file_exists a" not in line


def test_what_could_not_be_looked_at_is_not_there_yet():
    assert "contains b" in reminder("job", [evidence("contains b", UNVERIFIED)])


def test_when_everything_passes_it_says_to_complete():
    line = reminder("job", [evidence("file_exists a", PASSED)])

    assert "complete" in line
    assert "Not yet" not in line


def test_long_jobs_and_details_are_shortened_to_one_line_each():
    line = reminder("word\n" * 500, [evidence("c", FAILED, "x" * 5000)])

    assert len(line) < 1000
    assert line.count("\n") == 1


def test_it_is_the_tail_of_the_result():
    assert with_reminder("result", "[line]").startswith("result")
    assert with_reminder("result", "[line]").endswith("[line]")
