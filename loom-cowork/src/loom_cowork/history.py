"""What was typed in earlier sessions, known once Loom's home is."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from pathlib import Path

from prompt_toolkit.history import FileHistory, History

_PRIVATE = 0o600


class LateHistory(History):
    """A history that can be added to before its file is known."""

    def __init__(self) -> None:
        """Know nothing yet."""
        super().__init__()
        self._file: FileHistory | None = None
        self._early: list[str] = []
        self._is_open = asyncio.Event()

    def open(self, file: Path) -> None:
        """Take this file, which is made if need be, and put into it what was typed before it was known."""
        file.touch(mode=_PRIVATE)
        self._file = FileHistory(str(file))
        for line in self._early:
            self._file.store_string(line)
        self._is_open.set()

    async def load(self) -> AsyncGenerator[str, None]:
        """The lines, the newest first, once there is a file."""
        await self._is_open.wait()
        async for line in super().load():
            yield line

    def load_history_strings(self) -> Iterable[str]:
        """The lines of the file, the newest first."""
        return self._file.load_history_strings() if self._file else ()

    def store_string(self, string: str) -> None:
        """Keep a line."""
        if self._file is None:
            self._early.append(string)
        else:
            self._file.store_string(string)
