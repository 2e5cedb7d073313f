"""Keeping the head and the tail of output of any length, in bounded memory."""


class HeadAndTail:
    """Takes bytes as they come and keeps the first and the last of them."""

    def __init__(self, max_bytes: int) -> None:
        """Keep at most so many bytes, half of them from the beginning."""
        self._head_bytes = max_bytes // 2
        self._tail_bytes = max_bytes - self._head_bytes
        self._head = bytearray()
        self._tail = bytearray()
        self._total_bytes = 0

    def add(self, data: bytes) -> None:
        """Take the next bytes."""
        self._total_bytes += len(data)
        missing = self._head_bytes - len(self._head)
        if missing > 0:
            self._head += data[:missing]
            data = data[missing:]
        self._tail += data[-self._tail_bytes :] if self._tail_bytes else b""
        # Cut back only now and then: cutting at every call would copy the tail each time.
        if len(self._tail) > 2 * self._tail_bytes:
            del self._tail[: len(self._tail) - self._tail_bytes]

    @property
    def left_out_bytes(self) -> int:
        """Bytes between head and tail that are not kept."""
        return max(0, self._total_bytes - self._head_bytes - self._tail_bytes)

    def text(self) -> str:
        """What was kept as text, with a line in the gap that says how much is missing."""
        if not self.left_out_bytes:
            return (self._head + self._tail).decode("utf-8", "replace")
        head = self._head.decode("utf-8", "ignore")
        tail = self._tail[-self._tail_bytes :].decode("utf-8", "ignore")
        return f"{head}\n[... {self.left_out_bytes} bytes left out ...]\n{tail}"
