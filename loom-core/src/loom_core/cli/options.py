"""Options that several commands share, and how an async command is run."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

from loom_core.cli.completing import complete_model, complete_task
from loom_core.cli.session import Session

P = ParamSpec("P")
Result = TypeVar("Result")


def _keep_config(ctx: click.Context, _param: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.ensure_object(Session).config_file = value


config_option = click.option(
    "--config",
    metavar="FILE",
    type=click.Path(path_type=Path),
    expose_value=False,
    callback=_keep_config,
    is_eager=True,
    help="Read this settings file instead of ./loom.toml; naming it is trusting it.",
)
"""``--config FILE``, kept in the session."""

json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
"""``--json``, handed over as ``as_json``."""


def model_option(text: str) -> Callable[[Callable[P, Result]], Callable[P, Result]]:
    """``--model NAME`` with this help; empty when it is not given."""
    return click.option(
        "--model", default="", metavar="NAME", help=text, shell_complete=complete_model
    )


server_option = click.option(
    "--server",
    default="",
    envvar="LOOM_SERVER",
    metavar="URL",
    help='Ask the server there; "local" is the one that runs here, "auto" that one if there is one, '
    '"none" the database.',
)
"""``--server URL``; its token is read by itself where it runs here, else from LOOM_TOKEN."""

task_argument = click.argument("task", metavar="ID", shell_complete=complete_task)
"""The task: its id, a unique beginning of it, or ``last``."""


def pass_looking_session(
    command: Callable[Concatenate[Session, P], Result],
) -> Callable[P, Result]:
    """Hand over the session to a command that only looks at or stops what is the user's own.

    It works in a directory with an untrusted settings file too, which is left out with a warning.
    """

    @click.pass_obj
    @wraps(command)
    def run(session: Session, /, *args: P.args, **kwargs: P.kwargs) -> Result:
        session.leaves_out_untrusted = True
        return command(session, *args, **kwargs)

    return run


def run_async(command: Callable[P, Coroutine[Any, Any, object]]) -> Callable[P, object]:
    """Run a coroutine function as a command."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> object:
        return asyncio.run(command(*args, **kwargs))

    return run
