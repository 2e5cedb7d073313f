"""The command ``loom`` itself: what it says of itself and the options before a command."""

import click

from loom_core.cli.lazy_group import LazyGroup
from loom_core.cli.session import Session

EPILOG = """\b
Example:
  loom run "Create hello.py that prints Hello, Loom!" -w demo
"""


@click.group(
    name="loom",
    cls=LazyGroup,
    epilog=EPILOG,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--debug", is_flag=True, envvar="LOOM_DEBUG", help="Show tracebacks of errors.")
@click.version_option(package_name="loom-core", message="loom %(version)s")
@click.pass_context
def root(ctx: click.Context, debug: bool) -> None:
    """Get a goal done by local models, with evidence, and undo it if you like."""
    session = ctx.ensure_object(Session)
    session.is_debugging = session.is_debugging or debug
    if session.no_color:
        ctx.color = False
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
