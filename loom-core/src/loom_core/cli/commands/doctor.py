"""``loom doctor``."""

import asyncio

import click

from loom_core.cli.exit_code import ExitCode
from loom_core.cli.options import config_option, json_option, pass_looking_session
from loom_core.cli.session import Session

EPILOG = """\b
Example:
  loom doctor
"""


@click.command("doctor", epilog=EPILOG)
@config_option
@json_option
@pass_looking_session
def command(session: Session, as_json: bool) -> ExitCode:
    """Check settings, database, sandbox, models and programs, each with a fix.

    The exit code is 1 when something keeps goals from being run.
    """
    from dataclasses import asdict

    from loom_core.cli.doctor.examination import examine
    from loom_core.cli.doctor.finding import Level
    from loom_core.cli.doctor.output import echo_findings
    from loom_core.cli.terminal.json_output import echo_json

    findings = asyncio.run(examine(session))
    if as_json:
        echo_json([asdict(finding) for finding in findings])
    else:
        echo_findings(findings)
    has_failed = any(finding.level is Level.FAIL for finding in findings)
    return ExitCode.FAILED if has_failed else ExitCode.COMPLETED
