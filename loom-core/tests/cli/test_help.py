"""Every command says what it does, shows examples, and gives JSON where it shows something."""

import click
import pytest

from loom_core.cli.command_table import COMMANDS
from loom_core.cli.root import root
from loom_core.cli.session import Session

WITHOUT_JSON = {"completion": "what it writes is a shell's own language"}


def every_command():
    context = click.Context(root, info_name="loom", obj=Session())
    for name in COMMANDS:
        yield from below(root.get_command(context, name), (name,), context)


def below(command, path, parent):
    context = click.Context(command, info_name=path[-1], parent=parent)
    yield pytest.param(command, context, id=" ".join(path))
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            yield from below(command.get_command(context, name), (*path, name), context)


COMMAND_LIST = list(every_command())


@pytest.mark.parametrize(("command", "context"), COMMAND_LIST)
def test_help_has_examples_of_this_very_command(command, context):
    text = command.get_help(context)

    assert "Example" in text
    assert f"  {context.command_path}" in text.partition("Example")[2]
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(("command", "context"), COMMAND_LIST)
def test_what_shows_something_shows_it_to_programs_too(command, context):
    needs_command = isinstance(command, click.Group) and not command.invoke_without_command
    if needs_command or context.info_name in WITHOUT_JSON:
        return

    assert "--json" in {name for param in command.params for name in param.opts}
