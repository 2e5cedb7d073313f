"""Errors become one line on stderr and an exit code; help is light."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from loom_core.cli.exit_code import ExitCode
from loom_core.cli.session import Session
from loom_core.errors import ModelUnreachable, WorkspaceError
from loom_core.extensions import ExtensionInfo, Group

HEAVY = ["pydantic", "sqlalchemy", "stevedore", "httpx", "asyncio", "alembic", "json_repair"]


def fail_with(error: BaseException):
    def callback():
        raise error

    return click.Command("fail", callback=callback)


@pytest.fixture
def plugin_command(monkeypatch):
    """Install a command as another distribution would; gives the function that sets it."""
    monkeypatch.setattr("loom_core.cli.lazy_group.find_plugin_commands", lambda: {"fail": "from x"})

    def install(command: click.Command):
        monkeypatch.setattr(
            "loom_core.cli.lazy_group.load_plugin_command", lambda name, *, disabled: command
        )

    return install


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("arguments", [["--help"], [], ["--version"]])
def test_help_imports_nothing_heavy(arguments):
    code = f"""
import sys
from loom_core.cli.main import main
try:
    main({arguments!r})
except SystemExit as end:
    assert end.code == 0, end.code
print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""

    finished = run_python(code)

    assert finished.stderr.strip() == "[]"
    assert "loom" in finished.stdout


def test_bare_loom_shows_help(run_loom):
    finished = run_loom()

    assert finished.code == 0
    assert "run" in finished.stdout
    assert "Example" in finished.stdout


def test_every_command_has_help_with_an_example(run_loom):
    from loom_core.cli.command_table import COMMANDS

    for name in COMMANDS:
        finished = run_loom(name, "--help")
        assert finished.code == 0, name
        assert "Example" in finished.stdout, name


def test_unknown_command_is_refused_with_the_nearest(run_loom):
    finished = run_loom("statsu")

    assert finished.code == ExitCode.USAGE
    assert (
        finished.stderr
        == "loom: there is no command 'statsu'; did you mean 'status'?; see loom --help\n"
    )


def test_wrong_option_is_one_line(run_loom):
    finished = run_loom("run", "--workspaec", "x", "goal")

    assert finished.code == ExitCode.USAGE
    assert finished.stderr.startswith("loom: ")
    assert finished.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (WorkspaceError("no such directory: x; make it"), ExitCode.USAGE),
        (ModelUnreachable("nothing answers\nat y; start it"), ExitCode.FAILED),
        (PermissionError(13, "Permission denied", "/x"), ExitCode.FAILED),
        (RuntimeError("surprise \x1b[2J"), ExitCode.FAILED),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
    ],
)
def test_an_error_is_one_safe_line_and_a_code(run_loom, plugin_command, error, code):
    plugin_command(fail_with(error))

    finished = run_loom("fail")

    assert finished.code == code
    assert finished.stderr.strip().startswith("loom: ")
    assert len(finished.stderr.strip().splitlines()) == 1
    assert "\x1b" not in finished.stderr


def test_an_unexpected_error_says_how_to_see_more(run_loom, plugin_command):
    plugin_command(fail_with(RuntimeError("surprise")))

    quiet = run_loom("fail")
    loud = run_loom("--debug", "fail")

    assert "unexpected RuntimeError: surprise; loom --debug" in quiet.stderr
    assert "Traceback" not in quiet.stderr
    assert "Traceback" in loud.stderr


def test_the_environment_asks_for_tracebacks_too(run_loom, plugin_command, monkeypatch):
    monkeypatch.setenv("LOOM_DEBUG", "1")
    plugin_command(fail_with(WorkspaceError("gone")))

    assert "Traceback" not in run_loom("--help").stderr


def test_a_group_without_a_command_shows_its_help(run_loom):
    finished = run_loom("config")

    assert finished.code == ExitCode.USAGE
    assert "Usage: loom config" in finished.stderr
    assert "show" in finished.stderr


def test_a_command_sets_the_exit_code(run_loom, plugin_command):
    plugin_command(click.Command("fail", callback=lambda: ExitCode.NEEDS_HUMAN))

    assert run_loom("fail").code == ExitCode.NEEDS_HUMAN


def test_no_color_is_respected(run_loom, plugin_command, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    seen = []
    plugin_command(
        click.Command("fail", callback=lambda: seen.append(click.get_current_context().color))
    )

    run_loom("fail")

    assert seen == [False]


def test_a_full_disk_behind_stdout_is_one_line():
    code = "from loom_core.cli.main import main; main(['--help'])"

    with Path("/dev/full").open("w") as full:
        finished = subprocess.run(
            [sys.executable, "-c", code],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )

    assert finished.returncode == ExitCode.FAILED
    assert finished.stderr == "loom: No space left on device\n"


def test_a_closed_pipe_is_quiet():
    code = "from loom_core.cli.main import main; main(['--help'])"
    read_end, write_end = os.pipe()
    os.close(read_end)

    finished = subprocess.run(
        [sys.executable, "-c", code],
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(write_end)

    assert finished.stderr == ""
    assert finished.returncode in {ExitCode.COMPLETED, ExitCode.NOBODY_READS}


def test_a_reader_that_leaves_is_no_failure(run_loom, plugin_command):
    plugin_command(fail_with(BrokenPipeError(32, "Broken pipe")))

    finished = run_loom("fail")

    assert (finished.code, finished.stderr) == (ExitCode.NOBODY_READS, "")


def broken(name: str) -> ExtensionInfo:
    return ExtensionInfo(
        Group.COMMANDS, name, "gone:command", "evil-dist", "1.0", "module 'gone' is not installed"
    )


def test_a_broken_plugin_is_shown_and_harms_nothing(run_loom, monkeypatch):
    from loom_core.cli import plugin_commands

    monkeypatch.setattr(plugin_commands, "listing", lambda group: [broken("fly"), broken("run")])
    plugin_commands.find_plugin_commands.cache_clear()
    try:
        finished = run_loom("--help")
        called = run_loom("fly")
    finally:
        plugin_commands.find_plugin_commands.cache_clear()

    assert finished.code == 0
    assert "broken, from evil-dist 1.0" in finished.stdout
    assert "loom has a command of that name" in " ".join(finished.stdout.split())
    assert called.code == ExitCode.FAILED
    assert called.stderr.startswith("loom: ")
    assert "fly" in called.stderr


def test_a_plugin_that_is_no_command_is_refused(run_loom, monkeypatch):
    from loom_core.cli import plugin_commands

    monkeypatch.setattr(
        "loom_core.cli.lazy_group.find_plugin_commands", lambda: {"fly": "from x 1"}
    )
    monkeypatch.setattr(plugin_commands, "find_plugin_commands", lambda: {"fly": "from x 1"})
    monkeypatch.setattr(plugin_commands, "load", lambda *_, **__: "a string")

    finished = run_loom("fly", session=Session())

    assert finished.code == ExitCode.FAILED
    assert "a str, not a click command" in finished.stderr


def test_shell_completion_needs_no_command_module():
    code = "from loom_core.cli.main import main; main([])"

    finished = run_python(
        code, _LOOM_COMPLETE="bash_complete", COMP_WORDS="loom sta", COMP_CWORD="1"
    )

    assert finished.stdout.split() == ["plain,status"]
