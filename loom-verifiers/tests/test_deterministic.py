"""Tier 1: what passes, what fails, and what nobody can tell."""

import hashlib

import pytest

from loom_core.contracts.check import Check
from loom_core.contracts.verifier import VerificationContext
from loom_core.errors import ErrorCategory
from loom_core.types import (
    ChangeKind,
    CheckSpec,
    FileChange,
    Outcome,
    OutcomeStatus,
    Subtask,
    Task,
    ToolRecord,
    VerdictStatus,
)
from loom_verifiers.checks.commands import CommandOutputMatches, CommandSucceeds
from loom_verifiers.checks.files import FileContains, FileExists, FileMissing
from loom_verifiers.checks.syntax import SyntaxValid
from loom_verifiers.deterministic import Deterministic

PASSED, FAILED, UNVERIFIED = VerdictStatus.PASSED, VerdictStatus.FAILED, VerdictStatus.UNVERIFIED


class Exploding(Check):
    name = "exploding"
    purpose = "never works"

    async def run(self, target, expected, context):
        raise RuntimeError("boom")


CHECKS = {
    check.name: check
    for check in (
        FileExists(),
        FileMissing(),
        FileContains(),
        SyntaxValid(),
        CommandSucceeds(),
        CommandOutputMatches(),
        Exploding(),
    )
}


def digest(content):
    return hashlib.sha256(content.encode()).hexdigest()


@pytest.fixture
def change(tmp_path):
    """Writes, or deletes for None, a file as an attempt would, and gives the record of it."""

    def make(path, content, kind=None):
        file = tmp_path / path
        before = digest(file.read_text()) if file.exists() else ""
        if content is None:
            file.unlink()
            return FileChange(path=path, kind=ChangeKind.DELETED, before=before)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        kind = ChangeKind.MODIFIED if before else ChangeKind.CREATED
        return FileChange(path=path, kind=kind, before=before, after=digest(content))

    return make


@pytest.fixture
def verify(look_with):
    async def run(
        *, checks=(), changes=(), earlier=(), records=(), description="do it", criteria=()
    ):
        specs = tuple(
            CheckSpec(kind=kind, target=target, expected=expected)
            for kind, target, expected in checks
        )
        context = VerificationContext(
            task=Task(id="t", goal="g", workspace="/w"),
            checks=CHECKS,
            look=look_with(changes=[*earlier, *changes]),
            ask_model=None,
        )
        return await Deterministic().verify(
            Subtask(id="one", description=description, checks=specs, acceptance_criteria=criteria),
            Outcome(
                status=OutcomeStatus.COMPLETED, changes=tuple(changes), tool_records=tuple(records)
            ),
            context,
        )

    return run


async def test_a_written_file_with_passing_checks_passes(verify, change):
    verdict = await verify(
        checks=[("file_exists", "hello.py", ""), ("command_output_matches", "sh hello.py", "hi")],
        changes=[change("hello.py", "print('hi')\n")],
    )

    assert verdict.status is FAILED  # sh cannot run Python, and the check really ran
    assert 0 < verdict.confidence < 1


async def test_all_checks_passing_is_a_pass_with_everything_cited(verify, change):
    verdict = await verify(
        checks=[("file_exists", "a.sh", ""), ("command_output_matches", "sh a.sh", "hi")],
        changes=[change("a.sh", "echo hi\n")],
    )

    assert verdict.status is PASSED
    assert verdict.confidence == 1.0
    assert verdict.feedback == ""
    assert [evidence.check for evidence in verdict.evidence] == [
        "file_exists a.sh",
        'command_output_matches "sh a.sh"',
        "changed a.sh",
    ]


async def test_a_failed_check_fails_with_what_was_expected_and_seen(verify, change):
    verdict = await verify(
        checks=[("file_contains", "a.txt", "milk")], changes=[change("a.txt", "bread")]
    )

    assert verdict.status is FAILED
    assert 'expected the text "milk"' in verdict.feedback
    assert '"bread"' in verdict.feedback
    assert verdict.confidence == 0.5


async def test_nothing_to_check_is_unverified(verify):
    verdict = await verify()

    assert verdict.status is UNVERIFIED
    assert "nothing could be checked" in verdict.feedback


@pytest.mark.parametrize(
    "checks",
    [
        [("file_exists", "calc.py", ""), ("syntax_valid", "calc.py", "")],
        [("file_contains", "calc.py", "return 5")],
        [("file_missing", "old.py", "")],
    ],
)
async def test_checks_that_hold_without_a_change_are_no_sign_of_work(verify, tmp_path, checks):
    (tmp_path / "calc.py").write_text("def add(a, b): return 5\n")

    verdict = await verify(checks=checks)

    assert verdict.status is UNVERIFIED
    assert "nothing was changed; the checks hold already" in verdict.feedback


async def test_a_check_that_fails_without_a_change_is_a_failure(verify, tmp_path):
    (tmp_path / "a.txt").write_text("bread")

    verdict = await verify(checks=[("file_contains", "a.txt", "milk")])

    assert verdict.status is FAILED


async def test_a_change_that_was_rolled_back_is_none(verify, change, tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n")
    rolled_back = change("a.py", "x = 2\n")
    (tmp_path / "a.py").write_text("x = 1\n")

    verdict = await verify(checks=[("file_exists", "a.py", "")], earlier=[rolled_back])

    assert verdict.status is UNVERIFIED


async def test_work_kept_from_an_earlier_attempt_counts(verify, change):
    verdict = await verify(
        checks=[("file_exists", "a.py", "")], earlier=[change("a.py", "x = 1\n")]
    )

    assert verdict.status is PASSED


async def test_a_changed_file_must_parse(verify, change):
    verdict = await verify(changes=[change("a.py", "def f(:\n")])

    assert verdict.status is FAILED
    assert "line 1" in verdict.feedback


async def test_a_changed_file_must_hold_something(verify, change):
    verdict = await verify(changes=[change("a.txt", " \n"), change("b.txt", "b")])

    assert verdict.status is FAILED
    assert "a.txt is empty" in verdict.feedback


@pytest.mark.parametrize(
    ("path", "description"),
    [("pkg/__init__.py", "make a package"), ("a.txt", "create an empty file a.txt")],
)
async def test_a_file_may_be_empty_by_custom_or_on_request(verify, change, path, description):
    verdict = await verify(changes=[change(path, "")], description=description)

    assert verdict.status is PASSED


async def test_a_changed_file_of_another_kind_needs_no_parser(verify, change):
    verdict = await verify(
        changes=[change("main.rs", "fn main() {}"), change("tsconfig.json", "// x")]
    )

    assert verdict.status is PASSED


async def test_a_deleted_file_need_not_exist(verify, change, tmp_path):
    (tmp_path / "old.log").write_text("x")

    verdict = await verify(changes=[change("old.log", None)], description="Delete old.log")

    assert verdict.status is PASSED
    assert verdict.evidence[0].detail == "was deleted"


async def test_a_deletion_that_nobody_named_is_left_to_a_human(verify, change, tmp_path):
    (tmp_path / "old.log").write_text("x")

    verdict = await verify(changes=[change("old.log", None)], description="Clean up")

    assert verdict.status is UNVERIFIED
    assert "deleted old.log" in verdict.feedback


async def test_a_deletion_that_a_check_wants_is_no_surprise(verify, change, tmp_path):
    (tmp_path / "old.log").write_text("x")

    verdict = await verify(
        checks=[("file_missing", "old.log", "")],
        changes=[change("old.log", None)],
        description="Delete all .log files",
    )

    assert verdict.status is PASSED


async def test_a_written_file_that_vanished_fails(verify, change, tmp_path):
    written = change("a.txt", "x")
    (tmp_path / "a.txt").unlink()

    verdict = await verify(changes=[written])

    assert verdict.status is FAILED


async def test_an_unreadable_file_does_not_hide_the_others(verify, change, tmp_path, monkeypatch):
    monkeypatch.setattr("loom_verifiers.changed_files.MAX_PARSED_BYTES", 3)

    verdict = await verify(changes=[change("big.py", "x = 1234\n"), change("a.txt", "x")])

    assert [evidence.status for evidence in verdict.evidence] == [UNVERIFIED, PASSED]
    assert verdict.status is UNVERIFIED


async def test_a_missing_kind_of_check_is_unverified(verify, change):
    verdict = await verify(checks=[("moon_phase", "a", "")], changes=[change("a.txt", "x")])

    assert verdict.status is UNVERIFIED
    assert "moon_phase" in verdict.feedback


async def test_a_check_that_raises_is_unverified(verify, change):
    verdict = await verify(checks=[("exploding", "a", "")], changes=[change("a.txt", "x")])

    assert verdict.status is UNVERIFIED
    assert "boom" in verdict.feedback


async def test_a_check_outside_the_workspace_is_unverified(verify, change):
    verdict = await verify(
        checks=[("file_exists", "../../etc/passwd", "")], changes=[change("a.txt", "x")]
    )

    assert verdict.status is UNVERIFIED


async def test_a_failure_beats_what_is_unverified(verify, change):
    verdict = await verify(
        checks=[("exploding", "a", ""), ("file_exists", "none", "")],
        changes=[change("a.txt", "x")],
    )

    assert verdict.status is FAILED


async def test_a_failure_that_was_made_up_for_does_not_fail_the_subtask(verify, change):
    probe = ToolRecord(
        tool="read_file",
        arguments={"path": "a.txt"},
        is_error=True,
        category=ErrorCategory.NOT_FOUND,
        was_recovered=True,
    )

    verdict = await verify(changes=[change("a.txt", "x")], records=[probe])

    assert verdict.status is PASSED


@pytest.mark.parametrize("category", [ErrorCategory.PERMISSION, ErrorCategory.NOT_FOUND])
async def test_a_failure_that_still_stands_fails_with_a_hint(verify, change, category):
    denied = ToolRecord(
        tool="shell_execute",
        arguments={"command": "make install"},
        is_error=True,
        category=category,
    )

    verdict = await verify(changes=[change("a.txt", "x")], records=[denied])

    assert verdict.status is FAILED
    assert "shell_execute make install" in verdict.feedback


@pytest.mark.parametrize(
    ("checks", "status"),
    [
        ([("file_exists", "a.sh", "")], UNVERIFIED),
        ([("command_succeeds", "sh a.sh", "")], UNVERIFIED),
        ([("command_output_matches", "sh a.sh", "hi")], PASSED),
    ],
)
async def test_a_criterion_needs_a_check_that_shows_behaviour(verify, change, checks, status):
    verdict = await verify(
        checks=checks,
        changes=[change("a.sh", "echo hi\n")],
        criteria=("a.sh does what it should",),
    )

    assert verdict.status is status
    assert ("a.sh does what it should" in verdict.feedback) is (status is UNVERIFIED)
