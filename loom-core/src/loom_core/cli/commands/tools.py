"""``loom tools``."""

import click

from loom_core.cli.options import config_option, json_option, pass_looking_session
from loom_core.cli.session import Session

EPILOG = """\b
Example:
  loom tools
"""


@click.command("tools", epilog=EPILOG)
@config_option
@json_option
@pass_looking_session
def command(session: Session, as_json: bool) -> None:
    """Show the tools that models can call: purpose, risk and where each comes from.

    Labels: a result may hold private data or text of strangers (untrusted); egress can send
    something away, which a task that has seen both asks about first.
    """
    from dataclasses import asdict

    from loom_core.cli.terminal.json_output import echo_json
    from loom_core.cli.terminal.line import Line, echo_lines
    from loom_core.cli.terminal.marks import FAILED
    from loom_core.cli.terminal.size import stdout_columns
    from loom_core.cli.terminal.table import echo_table
    from loom_core.inventory.tools import list_tools

    tools = list_tools(disabled=session.settings.plugins.disabled)
    if as_json:
        echo_json([asdict(tool) for tool in tools])
        return
    rows = [
        [t.name, t.risk, ", ".join(t.labels) or "-", t.distribution, t.purpose]
        for t in tools
        if not t.problem
    ]
    headers = ["NAME", "RISK", "LABELS", "DISTRIBUTION", "PURPOSE"]
    echo_table(headers, rows, columns=stdout_columns())
    broken = [Line(f"{tool.name}: {tool.problem}", FAILED) for tool in tools if tool.problem]
    echo_lines(broken, columns=stdout_columns())
