"""Commands for people to type, with the server that was named for this one."""

from shlex import quote

from loom_core.cli.session import AUTO, NONE


def at_server(command: str, server: str) -> str:
    """The command for the same server; as it is where ``--server`` named none."""
    return command if server in {"", AUTO, NONE} else f"{command} --server {quote(server)}"
