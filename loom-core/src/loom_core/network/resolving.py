"""From a host to addresses that were checked, with one question to the resolver."""

import socket
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address

from loom_core.errors import AddressRefused
from loom_core.network.lookup_thread import in_lookup_thread
from loom_core.network.rules import Address, AddressRules
from loom_core.network.web_url import literal_address

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""Gives the addresses of a host name, best first; raises ``OSError`` when there are none."""

_LOOPBACK = (IPv4Address("127.0.0.1"), IPv6Address("::1"))


async def resolve_host(host: str) -> list[str]:
    """The addresses that the system's resolver knows under this very name.

    The dot at its end says that it is whole. Without it the resolver would go on to try the domains of
    this machine's own network below it, and ask whoever serves those for a name that a stranger wrote.
    """
    found = await in_lookup_thread(
        partial(
            socket.getaddrinfo,
            f"{host.removesuffix('.')}.",
            None,
            type=socket.SOCK_STREAM,
            proto=socket.IPPROTO_TCP,
        )
    )
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def checked_addresses(
    host: str, rules: AddressRules, *, resolve: Resolve = resolve_host
) -> list[Address]:
    """The addresses of a host, at least one, all of which may be connected to.

    ``localhost`` is this machine whatever a resolver says (RFC 6761, section 6.3). Every address has
    to pass: a client that took the good one of two could be led to the other by its silence.

    Raises:
        AddressRefused: one of them must not be reached.
        OSError: the name is not known.
    """
    literal = literal_address(host)
    if literal is not None:
        addresses: list[Address] = [literal]
    elif host == "localhost" or host.endswith(".localhost"):
        addresses = list(_LOOPBACK)
    else:
        addresses = [_parsed(text, host) for text in await resolve(host)]
    if not addresses:
        raise OSError(f"{host} has no address")
    for address in addresses:
        rules.require_allowed(address)
    return addresses


def _parsed(text: str, host: str) -> Address:
    """An address that a resolver gave."""
    try:
        address = ip_address(text)
    except ValueError:
        raise AddressRefused(f"{host} resolves to {text!r}, which is no address") from None
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        raise AddressRefused(f"{host} resolves to {text}, which is link-local")
    return address
