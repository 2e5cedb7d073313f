"""The group ``loom``: lists commands without loading them, loads one when it is called."""

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

import click

from loom_core.cli.command_table import COMMAND_SECTIONS, COMMANDS
from loom_core.cli.exit_code import ExitCode
from loom_core.cli.plugin_commands import find_plugin_commands, load_plugin_command
from loom_core.cli.session import Session
from loom_core.did_you_mean import did_you_mean
from loom_core.sanitize import sanitize_line

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class LazyGroup(click.Group):
    """A group whose help needs no command's module, so that it is quick and cannot break."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: object,
    ) -> click.Context:
        """Read the options, which may write help."""
        with _quiet_when_nobody_reads():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        """Call the command."""
        with _quiet_when_nobody_reads():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands: Loom's own, then those of other distributions."""
        return [*COMMANDS, *(name for name in find_plugin_commands() if name not in COMMANDS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; None when there is none of that name."""
        entry = COMMANDS.get(cmd_name)
        if entry is not None:
            return import_module(f"loom_core.cli.commands.{entry.module}").command
        if cmd_name not in find_plugin_commands():
            return None
        return load_plugin_command(cmd_name, disabled=_disabled(ctx))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of the arguments; an unknown name is refused with the nearest one."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):  # reading what plugins bring is slow
            known = self.list_commands(ctx)
            if name not in known:
                ctx.fail(f"there is no command {name!r}{did_you_mean(name, known)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands into the help from the table and from entry points alone."""
        widest = max(map(len, self.list_commands(ctx)))
        for title, commands in COMMAND_SECTIONS.items():
            rows = ((name, entry.help) for name, entry in commands.items())
            _write_section(formatter, title, rows, widest)
        _write_section(formatter, "Plugins", find_plugin_commands().items(), widest)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Complete a command's name from the table and from entry points alone."""
        from click.shell_completion import CompletionItem  # loaded only to complete

        described = {name: entry.help for name, entry in COMMANDS.items()}
        described = {**find_plugin_commands(), **described}
        matching = (name for name in described if name.startswith(incomplete))
        items = [CompletionItem(name, help=described[name]) for name in matching]
        return [*items, *click.Command.shell_complete(self, ctx, incomplete)]


def _disabled(ctx: click.Context) -> Sequence[str]:
    """Parts that are not to be loaded; a shell that completes does not wait for all settings."""
    if ctx.resilient_parsing:
        from loom_core.cli.completing.glance import glance

        return glance().disabled
    return ctx.ensure_object(Session).settings.plugins.disabled


@contextmanager
def _quiet_when_nobody_reads() -> Generator[None]:
    """End with a code of its own, which click would make a failure; there is nobody to tell."""
    try:
        yield
    except BrokenPipeError:
        raise click.exceptions.Exit(ExitCode.NOBODY_READS) from None


def _write_section(
    formatter: click.HelpFormatter, title: str, rows: Iterable[tuple[str, str]], widest: int
) -> None:
    padded = [(sanitize_line(name).ljust(widest), sanitize_line(text)) for name, text in rows]
    if padded:
        with formatter.section(title):
            formatter.write_dl(padded)
