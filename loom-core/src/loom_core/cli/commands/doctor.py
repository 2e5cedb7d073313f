"""``loom doctor``."""

import asyncio

import click

from loom_core.cli.exit_code import ExitCode
from loom_core.cli.options import config_option, json_option, pass_looking_session
from loom_core.cli.session import Session

EPILOG = """\b
Examples:
  loom doctor
  loom doctor --fix
"""


@click.command("doctor", epilog=EPILOG)
@click.option(
    "--fix", "mends", is_flag=True, help="Offer to run what mends it, and ask before each step."
)
@config_option
@json_option
@pass_looking_session
def command(session: Session, *, mends: bool, as_json: bool) -> ExitCode:
    """Check settings, database, sandbox, models and programs, each with a fix.

    The exit code is 1 when something keeps goals from being run. With --fix it runs those of its own
    commands that you agree to, and looks again; it never installs anything.
    """
    from dataclasses import asdict

    from loom_core.cli.doctor.examination import examine
    from loom_core.cli.doctor.finding import Level
    from loom_core.cli.doctor.mending import mend, require_person
    from loom_core.cli.doctor.output import echo_findings
    from loom_core.cli.terminal.json_output import echo_json

    if mends and as_json:
        raise click.UsageError("--fix asks a person, and --json is for programs; choose one")
    if mends:
        require_person()
    findings = asyncio.run(examine(session))
    if mends and mend(findings):
        findings = asyncio.run(examine(session.again()))
    if as_json:
        echo_json([asdict(finding) for finding in findings])
    else:
        echo_findings(findings)
    has_failed = any(finding.level is Level.FAIL for finding in findings)
    return ExitCode.FAILED if has_failed else ExitCode.COMPLETED
