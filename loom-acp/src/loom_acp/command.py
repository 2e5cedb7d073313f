"""``loom acp``."""

import asyncio
import os
import stat
import sys

import click

from loom_core.cli.exit_code import ExitCode
from loom_core.cli.options import config_option, model_option
from loom_core.cli.session import Session
from loom_core.errors import UsageError

EPILOG = """\b
Examples:
  loom acp
  loom acp --model coder --approval manual

\b
An editor starts it. In the settings of Zed:
  "agent_servers": {"Loom": {"command": "loom", "args": ["acp"]}}
"""


@click.command("acp", epilog=EPILOG)
@model_option("Begin with this model of the settings.")
@click.option(
    "--approval",
    type=click.Choice(["auto", "manual", "confidence_threshold"]),
    help="Mode that sessions begin with. Default: from the settings.",
)
@click.option("--offline", is_flag=True, help="Forbid connections that leave this machine.")
@config_option
@click.pass_obj
def command(session: Session, *, model: str, approval: str | None, offline: bool) -> ExitCode:
    """Be the agent of an editor that speaks the Agent Client Protocol.

    Reads requests from stdin and writes nothing but the protocol to stdout; what else is to be said
    goes to stderr. Sessions are those of `loom cowork`.
    """
    if sys.stdin.isatty():
        raise UsageError(
            "loom acp talks to an editor over stdin and stdout, not to a person; "
            "at a terminal use loom cowork or loom tui"
        )
    if any(stat.S_ISREG(os.fstat(descriptor).st_mode) for descriptor in (0, 1)):
        raise UsageError("loom acp needs pipes at stdin and stdout, not files")
    from loom_acp.serving import serve
    from loom_core.types import ApprovalMode

    mode = ApprovalMode(approval) if approval else None
    return asyncio.run(serve(session, model=model, mode=mode, is_offline=offline))
