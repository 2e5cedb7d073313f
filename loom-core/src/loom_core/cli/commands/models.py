"""``loom models`` and what is below it."""

import asyncio

import click

from loom_core.cli.completing import complete_model
from loom_core.cli.options import config_option, json_option, pass_looking_session
from loom_core.cli.session import Session

EPILOG = """\b
Examples:
  loom models
  loom models --probe
  loom models --probe qwen3:8b
  loom models pull qwen2.5-coder-0.5b-instruct
"""

offline_option = click.option("--offline", is_flag=True, help="Ask only servers on this machine.")
yes_option = click.option("--yes", is_flag=True, help="Agree beforehand to what would be asked.")


@click.group("models", epilog=EPILOG, invoke_without_command=True)
@click.option(
    "--probe",
    metavar="[NAME]",
    shell_complete=complete_model,
    is_flag=False,
    flag_value="",
    help="Measure one model, or all that are configured, and keep it as a profile.",
)
@offline_option
@config_option
@json_option
@pass_looking_session
@click.pass_context
def command(
    ctx: click.Context, session: Session, *, probe: str | None, offline: bool, as_json: bool
) -> None:
    """Show the models of the settings, and those that run here without being configured.

    A configured model wins over a running server, and a running server over the embedded model.
    """
    if ctx.invoked_subcommand is not None:
        if probe is not None or offline or as_json:
            raise click.UsageError(f"options go after {ctx.invoked_subcommand!r}", ctx)
        return
    if probe is not None:
        from loom_core.cli.model_probe import probe_models

        asyncio.run(probe_models(session, probe, is_offline=offline, as_json=as_json))
        return
    _show(session, offline, as_json)


def _show(session: Session, offline: bool, as_json: bool) -> None:
    """List every model."""
    from loom_core.cli.model_table import echo_models
    from loom_core.cli.terminal.json_output import echo_json
    from loom_core.inventory.models import list_models

    models = asyncio.run(list_models(session.settings, session.provider_environment(offline)))
    if as_json:
        echo_json([model.as_json() for model in models])
    else:
        echo_models(models)


@command.command("list", epilog="\b\nExample:\n  loom models list")
@config_option
@json_option
@pass_looking_session
def list_command(session: Session, as_json: bool) -> None:
    """Show the models that Loom can fetch by itself, and what is on disk of each."""
    from loom_core.cli.model_files import list_files

    list_files(session, as_json=as_json)


@command.command("pull", epilog="\b\nExample:\n  loom models pull qwen2.5-coder-0.5b-instruct")
@click.argument("name")
@offline_option
@yes_option
@config_option
@json_option
@pass_looking_session
def pull_command(session: Session, name: str, *, offline: bool, yes: bool, as_json: bool) -> None:
    """Fetch a model of `loom models list`, or continue to, and check its hash."""
    from loom_core.cli.model_files import pull_file

    pull_file(session, name, is_offline=offline, agrees=yes, as_json=as_json)


@command.command("rm", epilog="\b\nExample:\n  loom models rm qwen2.5-coder-0.5b-instruct --yes")
@click.argument("name")
@yes_option
@config_option
@json_option
@pass_looking_session
def rm_command(session: Session, name: str, *, yes: bool, as_json: bool) -> None:
    """Delete the file of a model that Loom fetched."""
    from loom_core.cli.model_files import remove_file

    remove_file(session, name, agrees=yes, as_json=as_json)
