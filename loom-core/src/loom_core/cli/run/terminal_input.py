"""Reading an answer from a terminal without stopping what runs beside the question."""

import asyncio
import os
import sys
import termios


class TerminalInput:
    """Lines that a person types on stdin."""

    def __init__(self, descriptor: int) -> None:
        """Read from this terminal."""
        self._descriptor = descriptor

    def forget_typed(self) -> None:
        """Drop what was typed until now: it cannot be an answer to a question still to come."""
        termios.tcflush(self._descriptor, termios.TCIFLUSH)

    async def read_line(self) -> str:
        """The next line that is typed; empty at the end of input."""
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(self._descriptor, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._descriptor)
        return os.read(self._descriptor, 4096).decode(errors="replace")


def open_terminal_input() -> TerminalInput | None:
    """The terminal on which a question can be shown and answered; None when nobody is there."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    return TerminalInput(sys.stdin.fileno())
