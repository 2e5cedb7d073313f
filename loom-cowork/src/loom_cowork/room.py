"""The session behind a face: what is typed goes into it, and what happens in it scrolls above the prompt."""

import asyncio
import time
from collections import deque
from collections.abc import Coroutine, Mapping
from typing import Any, Protocol

from rich.console import Console
from rich.text import Text

from loom_core.app import Loom
from loom_core.cli.cowork.desk import Desk
from loom_core.cli.cowork.slash import Slash
from loom_core.cowork import CoworkSession, Heard, Update
from loom_core.errors import LoomError
from loom_core.sanitize import sanitize_line, sanitize_text
from loom_core.workspace import Workspace
from loom_cowork.asking import Asking
from loom_cowork.view import View

_STREAM_SECONDS = 0.06
"""How often what streams is drawn: oftener than one can read, seldom enough that keys come first."""


class Prompting(Protocol):
    """The prompt in front of a session."""

    def redraw(self) -> None:
        """Draw it anew."""
        ...

    def leave(self) -> None:
        """End it."""
        ...


class Room:
    """Takes what is typed, also while a turn runs, and shows what happens."""

    def __init__(self, loom: Loom, session: CoworkSession, desk: Desk, *, face: Prompting) -> None:
        """Hold this session behind a face."""
        self._session = session
        self._face = face
        self._console = Console(highlight=False)
        self._view = View(self._console, session)
        self._slash = Slash(loom, session, say=self._say)
        self._turn: asyncio.Task[None] | None = None
        self._queue: deque[str] = deque()
        self._is_leaving = False
        self._drawn_at = 0.0
        self.asking = Asking(self._console)
        """What is asked now."""
        desk.take(show=self._show, approve=self.asking.approve, answer=self.asking.answer)

    @property
    def workspace(self) -> Workspace:
        """Where the session works."""
        return self._session.workspace

    @property
    def commands(self) -> Mapping[str, str]:
        """Every command that begins with a slash, with what it does."""
        return self._slash.table

    @property
    def is_busy(self) -> bool:
        """Whether something runs that can be stopped."""
        return self._turn is not None and not self._turn.done()

    def stop(self) -> None:
        """Stop what runs; what it did until then stands."""
        if not self._session.interrupt() and self._turn is not None:
            self._turn.cancel()

    def take(self, line: str) -> None:
        """What is typed answers what is asked, steers what runs, or begins a turn."""
        if self.asking.take(line) or not line:
            return
        if not self.is_busy:
            self._begin(self._carry_out(line))
        elif line.startswith(("/", "!")):
            self._queue.append(line)
            self._say("done after this turn")
        elif self._session.is_busy:
            self._session.steer(line)
            self._say("told to the model at its next step")
        else:
            self._queue.append(line)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something run beside the prompt."""
        self._turn = asyncio.create_task(work)
        self._turn.add_done_callback(self._ended)

    async def _carry_out(self, line: str) -> None:
        """A command, or a turn of the model."""
        if await self._slash.handle(line):
            if self._slash.is_over:
                self._face.leave()
            return
        try:
            result = await self._session.send(line)
        except LoomError as error:
            self._say(str(error))
            return
        self._queue.extendleft(reversed(result.unsaid))

    def _ended(self, done: "asyncio.Task[None]") -> None:
        """Go on with what was typed meanwhile; say what nobody expected."""
        if not done.cancelled() and (error := done.exception()) is not None:
            self._say(f"{type(error).__name__}: {error}")
        if self._queue and not self._is_leaving:
            self._begin(self._carry_out(self._queue.popleft()))

    async def end(self) -> None:
        """Stop what runs and say how to go on."""
        self._is_leaving = True
        if self._turn is not None and not self._turn.done():
            self.stop()
            await asyncio.gather(self._turn, return_exceptions=True)
        if self._session.log.turns:
            self._say(f"session {self._session.task.id}; go on with: loom cowork --resume")

    def greet(self, sandbox: str) -> None:
        """Say where this is and what holds commands back, and show the last turns of before."""
        task = self._session.task
        self._say(sandbox)
        self._say(f"{task.workspace} · approval {task.approval_mode} · /help")
        for turn in self._session.log.turns[-3:]:
            self._console.print(Text(f"> {sanitize_line(turn.text)}", style="bold"))
            if turn.answer:
                self._console.print(Text(sanitize_text(turn.answer), style="dim"))

    def standing(self) -> list[tuple[str, str]]:
        """What stands before the cursor: the end of what streams, what goes on, what is asked."""
        parts: list[tuple[str, str]] = []
        if self.is_busy:
            if tail := self._view.tail:
                parts.append(("", f"{tail}\n"))
            waits = "waiting for you" if self.asking.hint else self._view.doing
            parts.append(("fg:ansibrightblack", f"· {waits} · Ctrl-C stops\n"))
        if hint := self.asking.hint:
            parts.append(("fg:ansiyellow", f"{hint}\n"))
        return parts

    def _show(self, update: Update) -> None:
        """Show what happened, and draw the prompt anew; every so often while an answer streams.

        A key that is typed draws it at once, and ``_REFRESH_SECONDS`` the last pieces of a stream.
        """
        self._view.apply(update)
        now = time.monotonic()
        if isinstance(update, Heard) and now - self._drawn_at < _STREAM_SECONDS:
            return
        self._drawn_at = now
        self._face.redraw()

    def _say(self, text: str) -> None:
        """Lines of Loom itself."""
        for line in text.splitlines():
            self._console.print(Text(sanitize_text(line), style="dim"))
