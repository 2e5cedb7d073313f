"""Anthropic's own service, among the servers that speak its API."""

from loom_core.wire import ServerAddress, Service

OFFICIAL = Service(url="https://api.anthropic.com", variable="ANTHROPIC_API_KEY")


def server_address(base_url: str) -> ServerAddress:
    """The server's address; empty is Anthropic's own. Raises ``RequestRejected`` for an impossible one.

    The path ``/v1``, which others want in a base_url, is taken off.
    """
    address = ServerAddress.parse(base_url or OFFICIAL.url)
    if address.url.endswith("/v1"):
        return ServerAddress.parse(address.url.removesuffix("/v1"))
    return address
