"""Commands of other distributions: described without importing them, loaded when called."""

from collections.abc import Collection
from functools import cache

import click

from loom_core.cli.command_table import COMMANDS
from loom_core.errors import PluginError
from loom_core.extensions import ExtensionInfo, Group, listing, load


@cache
def find_plugin_commands() -> dict[str, str]:
    """One line of help for each command of another distribution, by name; says what is broken."""
    return {info.name: _describe(info) for info in listing(Group.COMMANDS)}


def load_plugin_command(name: str, *, disabled: Collection[str]) -> click.Command:
    """Import a command.

    Raises:
        PluginError: it is disabled or broken; names the distribution and the cause.
    """
    command = load(Group.COMMANDS, name, disabled=disabled)
    if not isinstance(command, click.Command):
        raise PluginError(
            f"the command {name!r} ({find_plugin_commands()[name]}) is a "
            f"{type(command).__name__}, not a click command; repair or uninstall its distribution"
        )
    return command


def _describe(info: ExtensionInfo) -> str:
    origin = f"{info.distribution} {info.version}".strip()
    problem = info.problem
    if info.name in COMMANDS:
        problem = "loom has a command of that name"
    return f"broken, from {origin}: {problem}" if problem else f"from {origin}"
