"""How the command of a server is started: confined, unless its table says otherwise."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from loom_core.sandbox import Grants, Launch, launch_confined
from loom_core.settings.shape import McpServerSettings
from loom_mcp.client.surroundings import Surroundings

_INHERITED = ("HOME", "LANG", "LOGNAME", "PATH", "SHELL", "TMPDIR", "USER")


def start_of(
    name: str, settings: McpServerSettings, around: Surroundings
) -> AbstractContextManager[Launch]:
    """How a server is started, in a directory of its own.

    Never in a workspace, whose files could take the place of modules. Entering raises
    ``SandboxUnavailable`` where it cannot be confined.
    """
    directory = around.home / "mcp" / name
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    given = {key: value.get_secret_value() for key, value in settings.env.items()}
    argv = [settings.command, *settings.args]
    if not settings.confined:
        return nullcontext(Launch(argv, {**_inherited(around), **given}, Path(directory)))
    grants = Grants(
        settings.readable, settings.writable, settings.network and not around.is_offline
    )
    return launch_confined(
        argv,
        directory=directory,
        grants=grants,
        hidden=around.home,
        environ=around.environ,
        given=given,
    )


def _inherited(around: Surroundings) -> dict[str, str]:
    """The few variables that programs need."""
    return {key: around.environ[key] for key in _INHERITED if key in around.environ}
