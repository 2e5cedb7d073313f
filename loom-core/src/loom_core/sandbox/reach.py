"""What commands may reach of the network."""

from dataclasses import dataclass

from loom_core.network import PUBLIC_ONLY, AddressRules, AllowedHost, Resolve, resolve_host
from loom_core.settings.shape import SandboxSettings

_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Reach:
    """Nothing, some hosts, or everything."""

    is_everything: bool = False
    hosts: tuple[AllowedHost, ...] = ()
    """What may be reached when not everything; none is nothing."""
    rules: AddressRules = PUBLIC_ONLY
    """What the addresses of the hosts must be."""
    resolve: Resolve = resolve_host
    """Gives the addresses of the hosts."""

    @property
    def is_something(self) -> bool:
        """Whether there is a network at all."""
        return self.is_everything or bool(self.hosts)

    def __str__(self) -> str:
        """What may be reached, to follow ``network``."""
        if self.is_everything or not self.hosts:
            return "with network" if self.is_everything else "without network"
        named = ", ".join(str(host) for host in self.hosts[:_MOST_NAMED])
        more = len(self.hosts) - _MOST_NAMED
        return f"with network to {named}{f' and {more} more' if more > 0 else ''} only"


NOTHING = Reach()


def reach_of(settings: SandboxSettings) -> Reach:
    """What the settings open; a list of hosts bounds it."""
    hosts = tuple(dict.fromkeys(map(AllowedHost.parse, settings.allowed_hosts)))
    return Reach(is_everything=settings.network and not hosts, hosts=hosts)
