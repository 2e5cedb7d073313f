"""The layer below the HTTP library: it connects to addresses that were checked, and to nothing else.

Imported when the first request is made, because httpcore is slow to import.
"""

from collections.abc import Iterable

from httpcore import (
    SOCKET_OPTION,
    AsyncNetworkBackend,
    AsyncNetworkStream,
    ConnectError,
    ConnectTimeout,
)

from loom_core.network import AddressRules, Resolve, checked_addresses


class PinnedBackend(AsyncNetworkBackend):
    """Turns a host into checked addresses once for each connection.

    TLS is started above it with the host's own name, so that the certificate is checked for the name
    and not for the address. Sockets of the file system are refused by the base class.
    """

    def __init__(self, rules: AddressRules, resolve: Resolve, dial: AsyncNetworkBackend) -> None:
        """Bind the rules.

        Args:
            rules: what may be reached.
            resolve: asked once for each connection.
            dial: connects to an address; it is never given a name.
        """
        self._rules = rules
        self._resolve = resolve
        self._dial = dial

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """A connection to the first checked address that accepts one; raises ``AddressRefused``."""
        addresses = await checked_addresses(host, self._rules, resolve=self._resolve)
        problem: Exception = ConnectError("nothing was tried")
        for address in addresses:
            try:
                return await self._dial.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (ConnectError, ConnectTimeout) as error:
                problem = error
        raise problem
