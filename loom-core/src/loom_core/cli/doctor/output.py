"""The findings for people."""

from collections.abc import Iterator, Sequence

from loom_core.cli.doctor.finding import Finding, Level
from loom_core.cli.terminal.line import Line, echo_lines
from loom_core.cli.terminal.marks import DONE, FAILED, WARNING
from loom_core.cli.terminal.size import stdout_columns

_MARKS = {Level.OK: DONE, Level.WARN: WARNING, Level.FAIL: FAILED}


def echo_findings(findings: Sequence[Finding]) -> None:
    """Write each finding, and its fix below it."""
    lines = [line for finding in findings for line in _describe(finding)]
    echo_lines(lines, columns=stdout_columns())


def _describe(finding: Finding) -> Iterator[Line]:
    yield Line(finding.detail, _MARKS[finding.level], label=f"{finding.subject:<10}")
    if finding.fix:
        yield Line(f"fix: {finding.fix}", indent=6)
