"""Cowork at a terminal: what is said scrolls above, and one can type at any time."""

import asyncio
import time
from collections import deque
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console
from rich.text import Text

from loom_core.app import Loom
from loom_core.cli.cowork.desk import Desk
from loom_core.cli.cowork.slash import Slash
from loom_core.cli.exit_code import ExitCode
from loom_core.cowork import CoworkSession, Heard, Update
from loom_core.errors import LoomError
from loom_core.sanitize import sanitize_line, sanitize_text
from loom_cowork.asking import Asking
from loom_cowork.completing import CoworkCompleter
from loom_cowork.keys import TypedInput, key_bindings
from loom_cowork.view import View

_HISTORY = "cowork_history"
_REFRESH_SECONDS = 0.25
_STREAM_SECONDS = 0.06
"""How often what streams is drawn: oftener than one can read, seldom enough that keys come first."""
_PRIVATE = 0o600


class Face:
    """Reads what is typed, also while a turn runs, and shows what happens."""

    def __init__(self, loom: Loom, session: CoworkSession, desk: Desk, *, home: Path) -> None:
        """Show this session; what was typed is remembered in Loom's home."""
        self._session = session
        self._console = Console(highlight=False)
        self._view = View(self._console, session)
        self._asking = Asking(self._console)
        self._slash = Slash(loom, session, say=self._say)
        self._turn: asyncio.Task[None] | None = None
        self._queue: deque[str] = deque()
        self._is_leaving = False
        self._drawn_at = 0.0
        history = home / _HISTORY
        history.touch(mode=_PRIVATE)
        self._input = TypedInput()
        self._prompt: PromptSession[str] = PromptSession(
            self._message,
            input=self._input,
            history=FileHistory(str(history)),
            completer=CoworkCompleter(session.workspace, self._slash.table),
            complete_in_thread=True,
            complete_while_typing=True,
            multiline=True,
            key_bindings=key_bindings(self, self._input),
            refresh_interval=_REFRESH_SECONDS,
        )
        desk.take(show=self._show, approve=self._asking.approve, answer=self._asking.answer)

    @property
    def asking(self) -> Asking:
        """What is asked now."""
        return self._asking

    @property
    def is_busy(self) -> bool:
        """Whether something runs that can be stopped."""
        return self._turn is not None and not self._turn.done()

    def stop(self) -> None:
        """Stop what runs; what it did until then stands."""
        if not self._session.interrupt() and self._turn is not None:
            self._turn.cancel()

    async def run(self) -> ExitCode:
        """Hold the session until the user leaves."""
        with self._input.raw_mode(), patch_stdout(raw=True):
            self._greet()
            while not self._is_leaving and not self._slash.is_over:
                try:
                    line = await self._prompt.prompt_async()
                except EOFError:
                    break
                except KeyboardInterrupt:
                    continue
                self._take(line.strip())
            await self._leave()
        return ExitCode.COMPLETED

    def _take(self, line: str) -> None:
        """What is typed answers what is asked, steers what runs, or begins a turn."""
        if self._asking.take(line) or not line:
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
                self._leave_prompt()
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

    async def _leave(self) -> None:
        """Stop what runs and say how to go on."""
        self._is_leaving = True
        if self._turn is not None and not self._turn.done():
            self.stop()
            await asyncio.gather(self._turn, return_exceptions=True)
        if self._session.log.turns:
            self._say(f"session {self._session.task.id}; go on with: loom cowork --resume")

    def _leave_prompt(self) -> None:
        """End the prompt that waits for a line."""
        if self._prompt.app.is_running:
            self._prompt.app.exit(exception=EOFError)

    def _greet(self) -> None:
        """Where this is, and the last turns of a session that goes on."""
        task = self._session.task
        self._say(f"{task.workspace} · approval {task.approval_mode} · /help")
        for turn in self._session.log.turns[-3:]:
            self._console.print(Text(f"> {sanitize_line(turn.text)}", style="bold"))
            if turn.answer:
                self._console.print(Text(sanitize_text(turn.answer), style="dim"))

    def _show(self, update: Update) -> None:
        """Show what happened, and draw the prompt anew; every so often while an answer streams.

        A key that is typed draws it at once, and ``_REFRESH_SECONDS`` the last pieces of a stream.
        """
        self._view.apply(update)
        now = time.monotonic()
        if isinstance(update, Heard) and now - self._drawn_at < _STREAM_SECONDS:
            return
        self._drawn_at = now
        self._prompt.app.invalidate()

    def _say(self, text: str) -> None:
        """Lines of Loom itself."""
        for line in text.splitlines():
            self._console.print(Text(sanitize_text(line), style="dim"))

    def _message(self) -> FormattedText:
        """What stands before the cursor: the end of what streams, what goes on, what is asked."""
        parts: list[tuple[str, str]] = []
        if self.is_busy:
            if tail := self._view.tail:
                parts.append(("", f"{tail}\n"))
            waits = "waiting for you" if self._asking.hint else self._view.doing
            parts.append(("fg:ansibrightblack", f"· {waits} · Ctrl-C stops\n"))
        if hint := self._asking.hint:
            parts.append(("fg:ansiyellow", f"{hint}\n"))
        parts.append(("bold", "> "))
        return FormattedText(parts)
