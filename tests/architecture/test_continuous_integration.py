"""The README, tox and the continuous integration say the same, and the totals are honest."""

import re
import subprocess
import sys

import pytest


@pytest.fixture
def totals(root, tmp_path):
    """Runs the script over some JUnit files and gives its last line and exit code."""

    def run(**attributes):
        for name, text in attributes.items():
            (tmp_path / f"{name}.xml").write_text(
                f"<testsuites><testsuite {text}></testsuite></testsuites>"
            )
        script = root / ".ci" / "test_totals.py"
        done = subprocess.run(
            [sys.executable, script, tmp_path],
            check=False,
            capture_output=True,
            text=True,
            timeout=30,
        )
        return done.stdout.splitlines()[-1], done.returncode

    return run


def test_the_test_command_is_the_same_everywhere(root):
    section = (root / "README.md").read_text().partition("## Development")[2]
    command = re.search(r"```console\n(?:\$ )?(.+)\n```", section).group(1)

    assert command.endswith("tox")
    assert command in (root / ".ci" / "run").read_text()


def test_totals_are_summed(totals):
    line, code = totals(
        one='tests="7" failures="0" errors="0" skipped="2"',
        two='tests="3" failures="0" errors="0" skipped="0"',
    )

    assert (line, code) == ("8 passed, 0 failed, 2 skipped", 0)


def test_failures_and_errors_fail(totals):
    line, code = totals(one='tests="5" failures="1" errors="1" skipped="0"')

    assert (line, code) == ("3 passed, 2 failed, 0 skipped", 1)


def test_no_test_at_all_fails(totals):
    assert totals() == ("0 passed, 0 failed, 0 skipped", 1)


def test_only_skipped_tests_fail(totals):
    line, code = totals(one='tests="2" failures="0" errors="0" skipped="2"')

    assert (line, code) == ("0 passed, 0 failed, 2 skipped", 1)
