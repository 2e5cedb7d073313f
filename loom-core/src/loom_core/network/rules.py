"""Which addresses may be connected to."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from loom_core.errors import AddressRefused
from loom_core.network.own_address import is_own_address
from loom_core.network.special_networks import special_network

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class AddressRules:
    """What a client may reach. Special networks are open only for hosts that the user named."""

    reaches_public: bool = True
    """The public internet, but for the addresses of this machine itself."""
    reaches_loopback: bool = False
    """127.0.0.0/8 and ::1, in no other spelling."""
    reaches_private: bool = False
    """Every address, special ones and this machine's own too: for a host that the user named for it."""

    def require_allowed(self, address: Address) -> None:
        """Raise ``AddressRefused`` unless the address may be connected to."""
        if self.reaches_private:
            return
        kind = special_network(address)
        if kind == "loopback" and self.reaches_loopback:
            return
        if kind is not None:
            raise AddressRefused(
                f"{address} is not a public address ({kind}); {self._what_is_open}"
            )
        if not self.reaches_public:
            raise AddressRefused(f"{address} is another machine; {self._what_is_open}")
        if is_own_address(address):
            raise AddressRefused(f"{address} is this machine; {self._what_is_open}")

    @property
    def _what_is_open(self) -> str:
        """The end of a refusal."""
        places = ["public addresses"] * self.reaches_public + ["127.0.0.1"] * self.reaches_loopback
        return f"only {' and '.join(places)} may be reached" if places else "nothing may be reached"


PUBLIC_ONLY = AddressRules()
"""For what a model or a page names."""
USERS_OWN = AddressRules(reaches_loopback=True, reaches_private=True)
"""For hosts that the user named in the settings, with addresses of any kind."""
LOOPBACK_ONLY = AddressRules(reaches_public=False, reaches_loopback=True)
"""For servers that a task itself started."""
