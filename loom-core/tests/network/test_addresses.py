import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.errors import AddressRefused
from loom_core.network import LOOPBACK_ONLY, PUBLIC_ONLY, AddressRules, checked_addresses
from loom_core.network.own_address import is_own_address
from loom_core.network.special_networks import special_network

PUBLIC = ["1.1.1.1", "93.184.216.34", "172.32.0.1", "192.0.3.1", "2606:4700::1111", "2a00:1450::1"]
SPECIAL = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.9.9.9"),
    *("169.254.169.254", "169.254.1.1", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192"),
    *("192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7"),
    *("203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("168.63.129.16", "192.31.196.1", "192.52.193.1", "192.175.48.1", "::", "::1", "::127.0.0.1"),
    *("::ffff:127.0.0.1", "::ffff:1.1.1.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "100::1"),
    *("64:ff9b::101:101", "64:ff9b:1::1", "2001::1", "2001:0:53aa:64c:0:fbff:8056:a80c", "4000::1"),
    *("2001:db8::1", "2001:10::1", "2001:20::1", "2001:2::1", "2002:7f00:1::", "2002:a00:1::1"),
    *("3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fd12:3456::1", "fe80::1", "fec0::1"),
    *("ff02::1", "2620:4f:8000::1", "2a00:1450::5efe:7f00:1", "2a00:1450::200:5efe:a00:1", "1::1"),
]


async def nobody(host):
    pytest.fail(f"asked for {host}")


def knows(*addresses):
    async def resolve(host):
        return addresses

    return resolve


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are_no_special_network(text):
    assert special_network(ipaddress.ip_address(text)) is None


@pytest.mark.parametrize("text", SPECIAL)
async def test_special_addresses_are_refused_written_out_and_resolved(text):
    for host, resolve in ((text, nobody), ("example.com", knows("1.1.1.1", text))):
        with pytest.raises(AddressRefused):
            await checked_addresses(host, PUBLIC_ONLY, resolve=resolve)


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public_here(address):
    """The table may refuse more than the standard library does, never less."""
    if not address.is_global or address.is_multicast or address.is_reserved:
        assert special_network(address) is not None


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_ipv6_is_never_public(inner):
    number = int(inner)
    carried = [
        number,
        (0xFFFF << 32) | number,
        (0x64FF9B << 96) | number,
        (0x2002 << 112) | number << 80,
    ]

    assert all(special_network(ipaddress.IPv6Address(value)) for value in carried)


async def test_a_host_has_the_addresses_that_the_resolver_gives():
    found = await checked_addresses("e.com", PUBLIC_ONLY, resolve=knows("1.1.1.1", "2606:4700::1"))

    assert [str(address) for address in found] == ["1.1.1.1", "2606:4700::1"]


async def test_localhost_is_this_machine_whatever_a_resolver_says():
    for host in ("localhost", "app.localhost"):
        found = await checked_addresses(host, LOOPBACK_ONLY, resolve=nobody)

        assert [str(address) for address in found] == ["127.0.0.1", "::1"]
        with pytest.raises(AddressRefused):
            await checked_addresses(host, PUBLIC_ONLY, resolve=nobody)


@pytest.mark.parametrize("answer", ["fe80::1%eth0", "2606:4700::1%1", "not an address", ""])
async def test_an_answer_that_is_no_plain_address_is_refused(answer):
    with pytest.raises(AddressRefused):
        await checked_addresses("e.com", PUBLIC_ONLY, resolve=knows(answer))


async def test_a_name_without_an_address_is_an_error():
    with pytest.raises(OSError, match="no address"):
        await checked_addresses("e.com", PUBLIC_ONLY, resolve=knows())


async def test_loopback_is_open_only_when_it_was_opened():
    both = AddressRules(reaches_loopback=True)

    assert await checked_addresses("127.0.0.1", both, resolve=nobody)
    assert await checked_addresses("1.1.1.1", both, resolve=nobody)
    for host in ("1.1.1.1", "10.0.0.1", "::ffff:127.0.0.1", "169.254.169.254"):
        with pytest.raises(AddressRefused):
            await checked_addresses(host, LOOPBACK_ONLY, resolve=nobody)


def test_an_address_of_this_machine_is_known_as_its_own():
    assert is_own_address(ipaddress.ip_address("127.0.0.1"))
    assert not is_own_address(ipaddress.ip_address("192.0.2.1"))


async def test_a_public_address_of_this_machine_is_refused(monkeypatch):
    class OnThisMachine(socket.socket):
        def connect(self, address):
            self.asked = address[0]

        def getsockname(self):
            return (self.asked, 9)

    monkeypatch.setattr(socket, "socket", OnThisMachine)

    with pytest.raises(AddressRefused, match="is this machine"):
        await checked_addresses("1.1.1.1", PUBLIC_ONLY, resolve=nobody)
