"""The command ``loom`` itself: what it says of itself and the options before a command."""

from typing import cast

import click

from loom_core.cli.lazy_group import LazyGroup
from loom_core.cli.session import Session
from loom_core.cli.whole_screen import SCREEN, fills_screen

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
def root(ctx: click.Context, debug: bool) -> object:
    """Get a goal done by local models, with evidence, and undo it if you like.

    Without a command it opens the whole screen of a terminal, where loom-tui is installed.
    """
    session = ctx.ensure_object(Session)
    session.is_debugging = session.is_debugging or debug
    if session.no_color:
        ctx.color = False
    if ctx.invoked_subcommand is not None:
        return None
    if not fills_screen(session):
        click.echo(ctx.get_help())
        return None
    command = cast("click.Group", ctx.command).get_command(ctx, SCREEN)
    return None if command is None else ctx.invoke(command)
