"""``loom plugins``."""

import click

from loom_core.cli.options import json_option

EPILOG = """\b
Example:
  loom plugins
"""


@click.command("plugins", epilog=EPILOG)
@json_option
def command(as_json: bool) -> None:
    """Show every installed part with its distribution, and why a broken one is broken.

    Nothing of a part is run for this: what fails only when it runs shows when it is used.
    """
    from dataclasses import asdict

    from loom_core.cli.terminal.json_output import echo_json
    from loom_core.cli.terminal.line import Line, echo_lines
    from loom_core.cli.terminal.marks import FAILED
    from loom_core.cli.terminal.size import stdout_columns
    from loom_core.cli.terminal.table import echo_table, fits
    from loom_core.extensions import listing

    found = listing()
    if as_json:
        echo_json([asdict(info) for info in found])
        return
    rows = [
        [info.group or "?", info.name or "?", f"{info.distribution} {info.version}", info.value]
        for info in found
    ]
    headers = ["GROUP", "NAME", "DISTRIBUTION", "VALUE"]
    if not fits(headers, rows, columns=stdout_columns()):
        headers, rows = headers[:-1], [row[:-1] for row in rows]
    echo_table(headers, rows, columns=stdout_columns())
    problems = [
        Line(f"{info.group} {info.name} of {info.distribution}: {info.problem}", FAILED)
        for info in found
        if info.problem
    ]
    echo_lines(problems, columns=stdout_columns())
