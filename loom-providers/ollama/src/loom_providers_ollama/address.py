"""Where Ollama is: the setting, ``OLLAMA_HOST`` as Ollama itself reads it, or its usual port."""

import os

from loom_core.wire import ServerAddress

HOST_VARIABLE = "OLLAMA_HOST"
_DEFAULT_PORT = 11434
_EVERYWHERE = {"0.0.0.0", "[::]", "::", ""}  # noqa: S104  # a server's listening address, read not used


def ollama_address(base_url: str) -> ServerAddress:
    """The server's address. Raises ``RequestRejected`` when it cannot be one.

    The paths ``/v1`` and ``/api``, which others want in a base_url, are taken off.
    """
    text = base_url.strip() or _from_environment()
    address = ServerAddress.parse(text)
    for path in ("/v1", "/api"):
        if address.url.endswith(path):
            return ServerAddress.parse(address.url.removesuffix(path))
    return address


def _from_environment() -> str:
    """The address in ``OLLAMA_HOST``; a server that listens everywhere is reached on loopback."""
    text = os.environ.get(HOST_VARIABLE, "").strip().strip("\"'").rstrip("/")
    if "://" in text:
        return text
    host, colon, port = text.rpartition(":")
    if not colon or "]" in port or not port.isdigit():
        host, port = text, str(_DEFAULT_PORT)
    return f"http://{'127.0.0.1' if host in _EVERYWHERE else host}:{port}"
