"""Networks that are not the public internet, one by one.

``ipaddress.is_global`` does not do: in Python 3.11 it holds for NAT64, 6to4, ``::127.0.0.1`` and multicast.

Source: IANA IPv4 and IPv6 Special-Purpose Address Registries, IPv4 and IPv6 Multicast Address Space
registries, IPv6 Address Space registry, as of 2026-11; below them what cloud providers use.
"""

from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

_IPV4 = {
    "168.63.129.16/32": "a cloud provider's host services",
    "169.254.169.254/32": "cloud metadata",
    "100.100.100.200/32": "cloud metadata",
    "192.0.0.192/32": "cloud metadata",
    "0.0.0.0/8": "this network",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "shared by a provider (CGNAT)",
    "127.0.0.0/8": "loopback",
    "169.254.0.0/16": "link-local",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "protocol assignments",
    "192.0.2.0/24": "documentation",
    "192.31.196.0/24": "AS112",
    "192.52.193.0/24": "multicast tunnelling",
    "192.88.99.0/24": "6to4 relay",
    "192.168.0.0/16": "private",
    "192.175.48.0/24": "AS112",
    "198.18.0.0/15": "benchmarking",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved",
}
_IPV6 = {
    "::/128": "unspecified",
    "::1/128": "loopback",
    "::/96": "IPv4-compatible",
    "::ffff:0:0/96": "IPv4-mapped",
    "::ffff:0:0:0/96": "IPv4-translated",
    "64:ff9b::/96": "NAT64",
    "64:ff9b:1::/48": "local NAT64",
    "100::/64": "discarded",
    "100:0:0:1::/64": "dummy prefix",
    "2001::/32": "Teredo",
    "2001:2::/48": "benchmarking",
    "2001:10::/28": "ORCHID",
    "2001:20::/28": "ORCHID",
    "2001:30::/28": "drone identifiers",
    "2001::/23": "protocol assignments",
    "2001:db8::/32": "documentation",
    "2002::/16": "6to4",
    "2620:4f:8000::/48": "AS112",
    "3fff::/20": "documentation",
    "5f00::/16": "segment routing",
    "fd00:ec2::254/128": "cloud metadata",
    "fd20:ce::254/128": "cloud metadata",
    "fc00::/7": "private",
    "fe80::/10": "link-local",
    "fec0::/10": "site-local",
    "ff00::/8": "multicast",
}
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_ISATAP = {0x00005EFE, 0x02005EFE}
"""Upper halves of interface identifiers that carry an IPv4 address; RFC 5214, section 6.1."""

_Network = IPv4Network | IPv6Network


def special_network(address: IPv4Address | IPv6Address) -> str | None:
    """What kind of special network an address is in; None when it is a public unicast address."""
    for network, kind in _table(address.version):
        if address in network:
            return kind
    if isinstance(address, IPv6Address):
        return _special_by_shape(address)
    return None


def _special_by_shape(address: IPv6Address) -> str | None:
    """What no row of the table says."""
    if address not in _GLOBAL_UNICAST:
        return "unassigned"
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return "ISATAP"
    return None


@cache
def _table(version: int) -> tuple[tuple[_Network, str], ...]:
    """The rows of one version, the narrower ones before those that contain them."""
    rows = _IPV4 if version == 4 else _IPV6  # noqa: PLR2004  # the version's number
    return tuple((ip_network(text), kind) for text, kind in rows.items())
