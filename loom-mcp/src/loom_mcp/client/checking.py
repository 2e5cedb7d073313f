"""Whether the settings name servers that can be used, before anything is started."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from loom_core.errors import SettingsError
from loom_core.settings.shape import McpServerSettings

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def check_servers(servers: Mapping[str, McpServerSettings]) -> None:
    """Raise ``SettingsError`` for a table that names no server, or two, or one that is not safe to reach."""
    for name, settings in servers.items():
        problem = _problem(settings)
        if problem:
            raise SettingsError(f"mcp.servers.{name} {problem}")


def _problem(settings: McpServerSettings) -> str:
    """What is wrong with one table; empty when nothing is."""
    if bool(settings.command) == bool(settings.url):
        return "needs a command or a url, and not both"
    if settings.headers and not settings.url:
        return "has headers, which are sent to a url, and there is none"
    if (settings.args or settings.env) and not settings.command:
        return "has args or env, which are for a command, and there is none"
    given = (settings.network, settings.readable, settings.writable)
    if any(given) and not (settings.command and settings.confined):
        return (
            "has network, readable or writable, which are for a confined command, and there is none"
        )
    return _problem_of_url(settings.url) if settings.url else ""


def _problem_of_url(url: str) -> str:
    """What is wrong with an address; empty when nothing is."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        return f"has a url that is none: {error}"
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        return "has a url that is none; write it as https://host/mcp"
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        return "has a url that is not encrypted on its way to another machine; use https"
    return ""
