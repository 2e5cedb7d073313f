"""Cowork at a terminal: a prompt that is there at once, and a session that is opened behind it.

Nothing heavy is imported here: what takes long to load is loaded in a thread once the prompt is drawn.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click
from prompt_toolkit import PromptSession
from prompt_toolkit.application import Application
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.patch_stdout import patch_stdout

from loom_core.cli.exit_code import ExitCode
from loom_cowork.completing import CoworkCompleter
from loom_cowork.history import LateHistory
from loom_cowork.keys import TypedInput, key_bindings

if TYPE_CHECKING:
    from loom_cowork.room import Room

_REFRESH_SECONDS = 0.25


class OpenRoom(Protocol):
    """Opens the session behind a face, for as long as it is entered."""

    def __call__(self, face: "Face") -> "AbstractAsyncContextManager[Room]":
        """Raises ``LoomError`` where there can be none."""
        ...


class Load(Protocol):
    """Loads what opens the session; called in a thread."""

    def __call__(self) -> OpenRoom:
        """Raises ``LoomError`` where the settings are wrong."""
        ...


class Face:
    """Reads what is typed, from the first moment on and also while a turn runs."""

    def __init__(self, load: Load) -> None:
        """Show the session that this opens."""
        self._load = load
        self._room: Room | None = None
        self._early: list[str] = []
        self._question: asyncio.Future[bool] | None = None
        self._news = "starting"
        self._is_drawn, self._is_left = asyncio.Event(), asyncio.Event()
        self._history = LateHistory()
        self._completer = CoworkCompleter()
        self._input = TypedInput()
        self._prompt: PromptSession[str] = PromptSession(
            self._message,
            input=self._input,
            history=self._history,
            completer=self._completer,
            complete_in_thread=True,
            complete_while_typing=True,
            multiline=True,
            key_bindings=key_bindings(self, self._input),
            refresh_interval=_REFRESH_SECONDS,
        )
        self._prompt.app.after_render += self._drawn

    @property
    def is_open(self) -> bool:
        """Whether there is a session."""
        return self._room is not None

    @property
    def is_approval(self) -> bool:
        """Whether a yes or no to a call is waited for."""
        return self._room is not None and self._room.asking.is_approval

    @property
    def is_busy(self) -> bool:
        """Whether something runs that can be stopped."""
        return self._room is not None and self._room.is_busy

    def stop(self) -> None:
        """Stop what runs; what it did until then stands."""
        if self._room is not None:
            self._room.stop()

    def take(self, line: str) -> None:
        """What is typed goes to the session, or waits for it; before it, yes and no answer what is asked."""
        if self._room is not None:
            self._room.take(line)
        elif self._question is not None and line.lower() in {"y", "yes", "n", "no"}:
            answer, self._question = self._question, None
            answer.set_result(line.lower().startswith("y"))
        elif line:
            self._early.append(line)

    def tell(self, news: str) -> None:
        """Say at the prompt what goes on before there is a session; the text must be safe to show."""
        self._news = news

    async def ask(self, question: str) -> bool:
        """The user's yes or no to a question, which must be safe to show, before there is a session."""
        click.echo(question, err=True)
        answer = self._question = asyncio.get_running_loop().create_future()
        self.redraw()
        return await answer

    def redraw(self) -> None:
        """Draw the prompt anew."""
        self._prompt.app.invalidate()

    def leave(self) -> None:
        """End the prompt, and with it the session."""
        self._is_left.set()
        if self._prompt.app.is_running and not self._prompt.app.is_done:
            self._prompt.app.exit(exception=EOFError)

    async def run(self) -> ExitCode:
        """Hold the session until the user leaves. Raises ``LoomError`` where none can be opened."""
        with self._input.raw_mode(), patch_stdout(raw=True):
            async with self._opened():
                while not self._is_left.is_set():
                    try:
                        line = await self._prompt.prompt_async()
                    except EOFError:
                        break
                    except KeyboardInterrupt:
                        continue
                    self.take(line.strip())
        return ExitCode.COMPLETED

    @asynccontextmanager
    async def _opened(self) -> AsyncGenerator[None]:
        """The session behind the prompt, opened while inside and ended after it."""
        holding = asyncio.create_task(self._hold(), name="session")
        holding.add_done_callback(lambda _done: self.leave())
        try:
            yield
        finally:
            self._is_left.set()
            if self._room is None and not holding.done():
                holding.cancel()
            with suppress(asyncio.CancelledError):
                await holding

    async def _hold(self) -> None:
        """Open the session once the prompt is there, and give it what was typed before."""
        await self._is_drawn.wait()
        open_room = await asyncio.to_thread(self._load)
        async with open_room(self) as room:
            self._completer.know(room.workspace, room.commands)
            self._room = room
            for line in self._early:
                room.take(line)
            self.redraw()
            await self._is_left.wait()
            await room.end()

    def remember_in(self, file: Path) -> None:
        """Keep what is typed in a file."""
        self._history.open(file)

    def _drawn(self, _app: "Application[str]") -> None:
        """The prompt is there."""
        self._is_drawn.set()

    def _message(self) -> FormattedText:
        """What stands before the cursor: what streams, goes on or is asked; nothing of it once it is sent."""
        if self._prompt.app.is_done:
            return FormattedText([("bold", "> ")])
        parts = self._room.standing() if self._room is not None else self._waiting()
        return FormattedText([*parts, ("bold", "> ")])

    def _waiting(self) -> list[tuple[str, str]]:
        """What stands there before there is a session."""
        if self._question is not None:
            return [("fg:ansiyellow", "[y]es  [n]o\n")]
        return [("fg:ansibrightblack", f"· {self._news}\n")]
