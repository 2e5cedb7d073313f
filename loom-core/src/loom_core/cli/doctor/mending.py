"""Mending what was found, by Loom's own commands and only after a yes to each."""

import subprocess
import sys
from collections.abc import Sequence

import click

from loom_core.cli.doctor.finding import Finding, Level
from loom_core.errors import UsageError
from loom_core.sanitize import sanitize_line

_DOES = {
    "trust": "shows what the file would decide, and asks before it is trusted",
    "clean": "deletes kept contents that are older or more than [undo] allows; those tasks cannot "
    "be undone any more",
}
"""What each command does that a finding names."""


def require_person() -> None:
    """Raise ``UsageError`` where nobody can be asked."""
    if not sys.stdin.isatty():
        raise UsageError(
            "--fix asks before each step, and nobody can be asked here; run it yourself"
        )


def mend(findings: Sequence[Finding]) -> bool:
    """Offer the command of each finding, and run those that are agreed to; whether any was run.

    Each runs in a process of its own, at this terminal. Programs and packages of the system are
    never installed.
    """
    has_run = False
    for finding in findings:
        if finding.level is Level.OK or not finding.command:
            continue
        line = f"loom {' '.join(finding.command)}"
        click.echo(f"{finding.subject}: {sanitize_line(finding.detail)}", err=True)
        click.echo(f"  {line} {_DOES[finding.command[0]]}", err=True)
        if click.confirm(f"  run {line} now?", default=False, err=True):
            program = [sys.executable, "-m", "loom_core.cli", *finding.command]
            subprocess.run(program, check=False)
            has_run = True
    return has_run
