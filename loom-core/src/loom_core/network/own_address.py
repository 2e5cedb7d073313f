"""Whether a public address is one of this machine's own."""

import socket
from ipaddress import IPv4Address, IPv6Address

_ANY_PORT = 9


def is_own_address(address: IPv4Address | IPv6Address) -> bool:
    """Whether traffic to an address would come back to this machine.

    A server that a firewall keeps from the world still answers its own machine. Connecting a
    datagram socket sends nothing; it only picks the source address, and that is the destination
    itself when the address is local.
    """
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004  # its number
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(address), _ANY_PORT))
            return probe.getsockname()[0] == str(address)
    except OSError:  # no route, so that it cannot be an address of this machine
        return False
