"""Server-sent events out of bytes, however they are cut into pieces.

Source: WHATWG HTML, section 9.2.6, without event names, ids and lone carriage returns. Lenient in
one thing: an object on a line of its own counts as data, because some servers report errors so.
"""

from loom_core.errors import BadOutput

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MAX_LINE_BYTES = 16 * 1024 * 1024


class EventStream:
    """Collects bytes and gives the data of each complete event."""

    def __init__(self) -> None:
        """Start empty."""
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> list[bytes]:
        """The data of the events that this piece completes. Raises ``BadOutput`` on endless lines."""
        lines = (self._rest + piece).split(b"\n")
        lines[0] = lines[0].removeprefix(_BYTE_ORDER_MARK)
        self._rest = lines.pop()
        if len(self._rest) > _MAX_LINE_BYTES:
            raise BadOutput(
                f"the server sent a line of more than {_MAX_LINE_BYTES} bytes; "
                "check that base_url is a model server"
            )
        events: list[bytes] = []
        for line in lines:
            self._take(line.rstrip(b"\r"), events)
        return events

    def finish(self) -> list[bytes]:
        """What a stream without a last empty line still holds."""
        events: list[bytes] = []
        self._take(self._rest.rstrip(b"\r"), events)
        self._take(b"", events)
        self._rest = b""
        return events

    def _take(self, line: bytes, events: list[bytes]) -> None:
        """Read one line; an empty one completes the event."""
        if line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
        elif line.startswith(b"{"):
            self._data.append(line)
        elif not line and self._data:
            events.append(b"\n".join(self._data))
            self._data = []
