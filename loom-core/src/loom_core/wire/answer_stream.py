"""The bytes of one response on their way into an answer, with limits on silence.

How a response is cut into pieces is the provider's; when to give up on it, and what broken bytes
mean, is the same for all.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar

from loom_core.errors import BadOutput, ModelError
from loom_core.wire.limits import Patience
from loom_core.wire.refusal import Refusal
from loom_core.wire.shape import JsonObject, parse_object

Item = TypeVar("Item")

_LINGER_SECONDS = 0.5
"""How long the end of the response may take after the end of the answer, to keep the connection."""


class Assembly(Protocol[Item]):
    """One answer in the making."""

    @property
    def is_done(self) -> bool:
        """Whether the end of the answer came."""
        ...

    @property
    def has_started(self) -> bool:
        """Whether any of the answer came."""
        ...

    def add(self, piece: JsonObject, /) -> list[Item]:
        """Take one object; gives what can be shown of it."""
        ...


class AnswerStream(Generic[Item]):
    """Reads the bytes of one response within its limits, and takes its objects into an answer."""

    def __init__(
        self,
        next_bytes: Callable[[], Awaitable[bytes]],
        assembly: Assembly[Item],
        patience: Patience,
        *,
        where: str,
        network_errors: tuple[type[Exception], ...],
        error_for: Callable[[Refusal], ModelError],
    ) -> None:
        """Know the response.

        Args:
            next_bytes: the next bytes, empty at the end.
            assembly: the answer that they make.
            patience: the limits on silence.
            where: the server, for messages.
            network_errors: what ``next_bytes`` raises when the connection breaks.
            error_for: the error that an error object in the stream means.
        """
        self._next_bytes = next_bytes
        self._assembly = assembly
        self._patience = patience
        self._where = where
        self._network_errors = network_errors
        self._error_for = error_for

    async def read(self) -> bytes:
        """The next bytes; empty at the end. Raises the typed error when none come."""
        is_done = self._assembly.is_done
        limit = _LINGER_SECONDS if is_done else self._patience.remaining_seconds()
        try:
            async with asyncio.timeout(limit):
                return await self._next_bytes()
        except TimeoutError as error:
            if is_done:
                return b""
            raise self._patience.expired(self._where) from error
        except self._network_errors as error:
            if is_done:
                return b""
            raise BadOutput(
                f"the connection to {self._where} broke in the middle of an answer; "
                "the server's log says why, trying again may help"
            ) from error

    async def read_all(self) -> bytes:
        """All bytes that are left, as of a server that does not stream."""
        pieces: list[bytes] = []
        while piece := await self.read():
            pieces.append(piece)
        return b"".join(pieces)

    def take(self, data: bytes) -> list[Item]:
        """Add one object; an error object is raised. Raises ``BadOutput`` for what is no object."""
        piece = parse_object(data)
        if piece is None:
            shown = data[:80].decode("utf-8", "replace")
            raise BadOutput(
                f"{self._where} sent {shown!r} where a JSON object belongs; "
                "trying again may help, else check that base_url is a model server"
            )
        if piece.get("error"):
            raise self._error_for(Refusal.in_stream(data))
        items = self._assembly.add(piece)
        if items or self._assembly.has_started:
            self._patience.note_token()
        return items
