"""``loom completion``."""

import click

EPILOG = """\b
Examples:
  loom completion bash >> ~/.bashrc
  loom completion zsh >> ~/.zshrc
  loom completion fish > ~/.config/fish/completions/loom.fish
  loom completion powershell >> $PROFILE

\b
Open a new terminal afterwards. To try it in this one (bash, zsh):
  eval "$(loom completion bash)"
"""
_SHELLS = ["bash", "zsh", "fish", "powershell"]
_VARIABLE = "_LOOM_COMPLETE"
"""By which a shell asks, as click derives it from the program's name."""


@click.command("completion", epilog=EPILOG)
@click.argument("shell", metavar="SHELL", type=click.Choice(_SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Write what makes a shell complete commands, options, ids of tasks and names of models.

    SHELL is bash (4.4 or newer), zsh, fish or powershell.
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"this version of click completes nothing in {shell}", ctx)
    completing = kind(ctx.find_root().command, {}, "loom", _VARIABLE)
    click.echo(completing.source_template % completing.source_vars())
