"""Ctrl-C: once stops the run in good order, twice ends the process."""

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Whether somebody asked a run to stop."""

    def __init__(self, run: "asyncio.Task[Any]", announce: Callable[[], None]) -> None:
        """Stop this run when it is asked for, and announce that it is stopping."""
        self._run = run
        self._announce = announce
        self.has_happened = False

    def stop(self, number: int = signal.SIGINT) -> None:
        """Stop the run; if it is stopping already, die of the signal as if it was never caught.

        Nothing is lost by dying: every step is in the journal before and after it happens.
        """
        if self.has_happened:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self.has_happened = True
        self._announce()
        self._run.cancel()


@contextmanager
def stop_on_signal(
    run: "asyncio.Task[Any]", announce: Callable[[], None]
) -> Generator[Interruption]:
    """While inside, Ctrl-C and a polite kill stop the run instead of the process."""
    interruption = Interruption(run, announce)
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, interruption.stop, number)
    try:
        yield interruption
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
