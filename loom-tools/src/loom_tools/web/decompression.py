"""Compressed bodies unpacked piece by piece, never further than a limit."""

import zlib

from loom_core.errors import ToolFailed

SUPPORTED_ENCODINGS = frozenset({"deflate", "gzip"})
"""What we ask for. Others, and two on top of each other, are refused: nobody need send them to us."""

_NONE = frozenset({"", "identity"})
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_RAW_WINDOW = -zlib.MAX_WBITS
_LARGEST_WINDOW = 7
"""Of zlib's header; RFC 1950, section 2.2."""


class Decompressor:
    """Collects a body. 509 KiB of gzip can hold 512 MiB, so each piece is unpacked to the limit only."""

    def __init__(self, encoding: str, max_bytes: int) -> None:
        """Begin a body.

        Args:
            encoding: the ``Content-Encoding``.
            max_bytes: how much is unpacked.

        Raises:
            ToolFailed: an encoding that was not asked for.
        """
        self._encoding = encoding.strip().lower().removeprefix("x-")
        if self._encoding not in SUPPORTED_ENCODINGS | _NONE:
            raise ToolFailed(f"the answer is compressed in a way not asked for: {encoding[:40]!r}")
        self._max_bytes = max_bytes
        self._unpacked = bytearray()
        self._stream = zlib.decompressobj(_GZIP_WINDOW) if self._encoding == "gzip" else None

    @property
    def is_full(self) -> bool:
        """Whether there is more than the limit; ``body`` then is as long as the limit."""
        return len(self._unpacked) > self._max_bytes

    def feed(self, chunk: bytes) -> None:
        """Take the next piece of the body."""
        room = self._max_bytes + 1 - len(self._unpacked)
        if room <= 0:
            return
        self._unpacked += chunk[:room] if self._encoding in _NONE else self._inflated(chunk, room)

    def finish(self) -> None:
        """Take note of the end. Raises ``ToolFailed`` when it came before the end of the stream."""
        if self._stream is not None and not self._stream.eof and not self.is_full:
            raise ToolFailed("the compressed answer ends in the middle")

    def body(self) -> bytes:
        """What was unpacked, up to the limit."""
        return bytes(self._unpacked[: self._max_bytes])

    def _inflated(self, chunk: bytes, room: int) -> bytes:
        """At most so many bytes out of a chunk; the rest of it is dropped, since it is not wanted."""
        if self._stream is None:
            self._stream = zlib.decompressobj(_deflate_window(chunk))
        try:
            return self._stream.decompress(chunk, room)
        except zlib.error as error:
            raise ToolFailed(
                f"the answer is not the {self._encoding} that it claims: {error}"
            ) from error


def _deflate_window(first: bytes) -> int:
    """How a ``deflate`` body is read, which half of the servers send without zlib's header."""
    is_zlib = bool(first) and first[0] & 0x0F == zlib.DEFLATED and first[0] >> 4 <= _LARGEST_WINDOW
    return zlib.MAX_WBITS if is_zlib else _RAW_WINDOW
