"""A person at a terminal in front of ``loom``."""

import os
import pty
import select
import time
from pathlib import Path

from scenario import LIMIT_SECONDS, Place


class Terminal:
    """A person at a terminal: reads what is shown and types."""

    def __init__(self, place: Place, *arguments: str | Path) -> None:
        self.shown = ""
        self._master, slave = pty.openpty()
        self.process = place.start(*arguments, stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)

    def read_until(self, text: str, *, times: int = 1, seconds: float = LIMIT_SECONDS) -> None:
        """Read until a text was shown so many times; fails when it takes longer."""
        end = time.monotonic() + seconds
        while self.shown.count(text) < times:
            assert time.monotonic() < end, f"{text!r} was not shown, but: {self.shown}"
            ready, _, _ = select.select([self._master], [], [], 0.1)
            if ready:
                self._take()

    def type(self, text: str) -> None:
        """Type a text."""
        os.write(self._master, text.encode())

    def finish(self) -> int:
        """The exit code, after everything was read."""
        while self._take():
            pass
        os.close(self._master)
        return self.process.wait(LIMIT_SECONDS)

    def _take(self) -> bool:
        try:
            data = os.read(self._master, 65536)
        except OSError:  # the other side is closed
            return False
        self.shown += data.decode(errors="replace")
        return bool(data)
