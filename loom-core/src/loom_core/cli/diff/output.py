"""Writing diffs: coloured and safe on a terminal, byte for byte a patch elsewhere, or JSON."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict

import click

from loom_core.changes.diffs import FileDiff
from loom_core.cli.terminal.table import format_table
from loom_core.cli.terminal.time_text import format_count
from loom_core.sanitize import sanitize_line, sanitize_text

_COLORS = (("+++", None), ("---", None), ("+", "green"), ("-", "red"), ("@@", "cyan"))


def echo_diffs(diffs: Iterable[FileDiff]) -> None:
    """Write diffs to stdout, one after the other."""
    for diff in diffs:
        if diff.is_newer:
            path = sanitize_line(diff.path)
            click.echo(f"{path}: changed since the task; shown as it is now", err=True)
        for line in diff.lines:
            click.echo(style_line(line))


def style_line(line: str) -> str:
    """A line of a diff; on a terminal with its colour, and without what acts on the terminal."""
    if not is_terminal():
        return line
    safe = sanitize_text(line).replace("\n", " ")
    for start, color in _COLORS:
        if line.startswith(start):
            return click.style(safe, fg=color) if color else click.style(safe, bold=True)
    return safe


def is_terminal() -> bool:
    """Whether a person looks at stdout; a file or a program gets the patch byte for byte."""
    return sys.stdout.isatty()


def echo_stat(diffs: Sequence[FileDiff], *, columns: int) -> None:
    """Write one line for each file, with how many lines were added and removed."""
    rows = [[_named(diff), f"+{diff.added}", f"-{diff.removed}", _remark(diff)] for diff in diffs]
    if rows:
        for line in format_table(["file", "+", "-", ""], rows, columns=columns, flexible=0):
            click.echo(line)
    click.echo(format_count(len(diffs), "file"))


def as_json(diff: FileDiff) -> dict[str, object]:
    """One diff for programs."""
    return {**asdict(diff), "lines": diff.lines}


def _named(diff: FileDiff) -> str:
    if diff.old_path == diff.path:
        return diff.path
    return f"{diff.old_path} => {diff.path}"


def _remark(diff: FileDiff) -> str:
    return diff.kind + (", binary" if diff.is_binary else "")
