"""Checks that run commands."""

import pytest

from loom_core.sandbox import CommandResult, choose
from loom_core.settings.shape import SandboxSettings
from loom_core.types import VerdictStatus
from loom_verifiers.checks import scratch_copy
from loom_verifiers.checks.commands import CommandOutputMatches, CommandPrints, CommandSucceeds

PASSED, FAILED, UNVERIFIED = VerdictStatus.PASSED, VerdictStatus.FAILED, VerdictStatus.UNVERIFIED


async def test_the_expected_output_passes_and_is_cited(look, sandbox, tmp_path):
    evidence = await CommandOutputMatches().run("echo Hello, Loom!", "Hello, Loom!", look)

    assert evidence.status is PASSED
    assert evidence.check == 'command_output_matches "echo Hello, Loom!"'
    assert "Hello, Loom!" in evidence.detail
    assert sandbox.runs == [("echo Hello, Loom!", tmp_path, False)]


async def test_other_output_fails_and_shows_both(look):
    evidence = await CommandOutputMatches().run("echo Hallo", "Hello", look)

    assert evidence.status is FAILED
    assert '"Hello"' in evidence.detail
    assert '"Hallo"' in evidence.detail


async def test_the_right_output_with_a_bad_exit_code_fails(look):
    evidence = await CommandOutputMatches().run("echo Hello; exit 3", "Hello", look)

    assert evidence.status is FAILED
    assert "got 3" in evidence.detail


async def test_output_cannot_pass_without_something_to_look_for(look, sandbox):
    evidence = await CommandOutputMatches().run("echo Hello", " ", look)

    assert evidence.status is UNVERIFIED
    assert sandbox.runs == []


async def test_success_is_exit_code_zero(look):
    assert (await CommandSucceeds().run("true", "", look)).status is PASSED
    assert (await CommandSucceeds().run("false", "", look)).status is FAILED


async def test_printing_needs_some_output_and_exit_code_zero(look):
    assert (await CommandPrints().run("echo x", "", look)).status is PASSED
    assert (await CommandPrints().run("echo", "", look)).status is FAILED
    assert (await CommandPrints().run("echo x; exit 1", "", look)).status is FAILED


@pytest.mark.parametrize("check", [CommandSucceeds(), CommandPrints(), CommandOutputMatches()])
async def test_nothing_runs_where_no_sandbox_confines(look_with, tmp_path, check):
    look = look_with(is_confining=False)

    evidence = await check.run("echo x > ran", "x", look)

    assert evidence.status is UNVERIFIED
    assert "no sandbox" in evidence.detail
    assert look.sandbox.runs == []


async def test_a_command_that_is_not_installed_is_unverified(look):
    assert (await CommandSucceeds().run("no-such-program-here", "", look)).status is UNVERIFIED


async def test_running_out_of_time_fails(look_with):
    look = look_with(result=CommandResult(output="working", exit_code=None, timed_out=True))

    evidence = await CommandSucceeds().run("sleep 100", "", look)

    assert evidence.status is FAILED
    assert "30 s" in evidence.detail
    assert "working" in evidence.detail


async def test_a_long_output_is_quoted_without_its_middle(look):
    evidence = await CommandSucceeds().run("seq 1 10000", "", look)

    assert len(evidence.detail) < 1_000


async def test_a_command_that_writes_runs_in_a_copy(look, sandbox, tmp_path):
    (tmp_path / "in.txt").write_text("5")
    command = (
        'if [ -f ran-before ]; then cat in.txt; exit 0; fi; echo "x: Read-only file system"; exit 1'
    )

    evidence = await CommandSucceeds().run(command, "", look)

    assert evidence.status is FAILED
    assert [(place == tmp_path, may_write) for _, place, may_write in sandbox.runs] == [
        (True, False),
        (False, True),
    ]
    assert not sandbox.runs[1][1].exists()


async def test_too_large_a_workspace_is_not_copied(look_with, tmp_path, monkeypatch):
    monkeypatch.setattr(scratch_copy, "MAX_COPIED_FILES", 1)
    (tmp_path / "a").touch()
    (tmp_path / "b").touch()
    look = look_with(result=CommandResult(output="Read-only file system", exit_code=1))

    evidence = await CommandSucceeds().run("touch x", "", look)

    assert evidence.status is UNVERIFIED
    assert "more than 1 files" in evidence.detail


@pytest.fixture
def confined(look_with, tmp_path):
    sandbox = choose(SandboxSettings())
    if not sandbox.is_confining:
        pytest.skip("no sandbox works on this machine")
    look = look_with()
    return type(look)(look.workspace, sandbox)


async def test_in_the_real_sandbox_a_script_that_writes_passes_and_leaves_no_trace(
    confined, tmp_path
):
    (tmp_path / "report.py").write_text("open('out.txt', 'w').write('7')\nprint('written', 7)\n")

    evidence = await CommandOutputMatches().run("python3 report.py", "written 7", confined)

    assert evidence.status is PASSED, evidence.detail
    assert [path.name for path in tmp_path.iterdir()] == ["report.py"]


async def test_in_the_real_sandbox_a_script_is_really_run(confined, tmp_path):
    (tmp_path / "hello.py").write_text("print('Hello, Loom!')\n")
    (tmp_path / "crash.py").write_text("print('Hello, Loom!')\nraise SystemExit(4)\n")

    good = await CommandOutputMatches().run("python3 hello.py", "Hello, Loom!", confined)
    bad = await CommandOutputMatches().run("python3 crash.py", "Hello, Loom!", confined)

    assert good.status is PASSED, good.detail
    assert bad.status is FAILED, bad.detail


@pytest.mark.parametrize(
    ("printed", "status"),
    [
        ("Ran 2 tests in 0.001s\n\nOK", VerdictStatus.PASSED),
        ("Ran 1 test in 0.001s\n\nOK", VerdictStatus.PASSED),
        ("Ran 0 tests in 0.000s\n\nOK", VerdictStatus.FAILED),
        ("", VerdictStatus.FAILED),
    ],
)
async def test_a_run_of_unittest_counts_only_when_a_test_ran(look_with, printed, status):
    look = look_with(result=CommandResult(output=printed, exit_code=0))

    evidence = await CommandSucceeds().run("python3 -m unittest -q test_calc", "", look)

    assert evidence.status is status
