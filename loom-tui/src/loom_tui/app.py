"""The application: the conversation, what is beside it, and what keys and commands do."""

import asyncio
from collections import deque
from collections.abc import Coroutine, Iterable
from pathlib import Path
from typing import Any, TypeVar

from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding
from textual.containers import Horizontal
from textual.events import Resize
from textual.screen import ModalScreen, Screen
from textual.widgets import HelpPanel

from loom_core.app import Loom
from loom_core.cli.cowork.desk import Desk
from loom_core.cli.cowork.slash import Slash
from loom_core.contracts.context import PendingCall
from loom_core.cowork import CoworkSession, Heard, Recorded, latest_sessions
from loom_core.errors import LoomError
from loom_core.events import Event, ToolCallFinished
from loom_core.types import Decision, Question
from loom_tui.pending import Pending
from loom_tui.screens.approval import ApprovalScreen
from loom_tui.screens.picker import Choice, Picker
from loom_tui.screens.question import QuestionScreen
from loom_tui.widgets.conversation import Conversation
from loom_tui.widgets.messages import Answer, Note, UserMessage
from loom_tui.widgets.prompt import Prompt
from loom_tui.widgets.sidebar import Sidebar
from loom_tui.widgets.status import StatusBar

Answered = TypeVar("Answered")

_NARROW = 100
"""With fewer columns the sidebar makes room for the conversation."""
_SHOWN_AGAIN = 20
_MOST_PATHS = 5000
_STREAM_SECONDS = 0.06
"""How often what streams is drawn: oftener than one can read, seldom enough that keys come first."""
_NEW = "new"


class LoomApp(App[None]):
    """One session on the whole screen."""

    TITLE = "Loom"
    CSS_PATH = "loom.tcss"
    BINDINGS = [
        Binding("ctrl+c", "stop_or_clear", "Stop", priority=True),
        Binding("escape", "stop", "Stop"),
        Binding("ctrl+b", "toggle_sidebar", "Sidebar"),
        Binding("f2", "pick_model", "Model"),
        Binding("f3", "pick_session", "Sessions"),
        Binding("f4", "undo", "Undo"),
        Binding("f1", "toggle_keys", "Keys"),
        Binding("ctrl+q", "quit", "Leave", priority=True),
    ]

    def __init__(self, loom: Loom, session: CoworkSession, desk: Desk) -> None:
        """Show a session of an engine."""
        super().__init__()
        self._loom = loom
        self.session = session
        """The conversation that is shown."""
        self._desk = desk
        self._updates = Pending()
        self._one_at_a_time = asyncio.Lock()
        self._work: asyncio.Task[None] | None = None
        self._queue: deque[str] = deque()
        self._slash = self._make_slash()
        self.conversation = Conversation()
        self.sidebar = Sidebar(session.workspace.root)
        self.status = StatusBar(session)
        self.prompt = Prompt(self._slash.table)

    def compose(self) -> ComposeResult:
        """The screen."""
        with Horizontal(id="body"):
            yield self.conversation
            yield self.sidebar
        yield self.prompt
        yield self.status

    async def on_mount(self) -> None:
        """Begin to show what happens, and what happened before."""
        self._desk.take(show=self._updates.put, approve=self._approve, answer=self._answer)
        self.run_worker(self._show_updates(), exclusive=True, group="updates")
        self.prompt.focus()
        await self._show_begun()

    def on_resize(self, event: Resize) -> None:
        """Hide the sidebar where there is no room for it."""
        self.sidebar.set_class(event.size.width < _NARROW, "hidden")

    async def on_prompt_sent(self, message: Prompt.Sent) -> None:
        """What is sent begins a turn, steers the one that runs, or waits for its end."""
        text = message.text
        if not self.is_busy:
            self._begin(self._carry_out(text))
        elif self.session.is_busy and not text.startswith(("/", "!")):
            self.session.steer(text)
            self._say("told to the model at its next step")
        else:
            self._queue.append(text)
            self._say("done after this turn")

    @property
    def is_busy(self) -> bool:
        """Whether something runs that can be stopped."""
        return self._work is not None and not self._work.done()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every command, for the palette."""
        yield from super().get_system_commands(screen)  # pyright: ignore[reportUnknownMemberType]  # Screen without its result there
        for name, what in self._slash.table.items():
            yield SystemCommand(name, what, lambda name=name: self._type(name))

    def action_stop(self) -> None:
        """Stop what runs; what it did until then stands."""
        if self.is_busy and not self.session.interrupt() and self._work is not None:
            self._work.cancel()

    def action_stop_or_clear(self) -> None:
        """Stop what runs, else clear what was typed, else say how to leave."""
        if self.is_busy:
            self.action_stop()
        elif self.prompt.text:
            self.prompt.clear()
        else:
            self.notify("Ctrl+Q leaves; the session can be resumed")

    def action_toggle_sidebar(self) -> None:
        """Show or hide the sidebar."""
        self.sidebar.toggle_class("hidden")

    def action_toggle_keys(self) -> None:
        """Show every key, or hide them again."""
        if self.screen.query(HelpPanel):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()

    def action_undo(self) -> None:
        """Take back what the last turn changed."""
        if not self.is_busy:
            self._begin(self._carry_out("/undo"))

    def action_pick_model(self) -> None:
        """Choose who answers."""
        self.run_worker(self._pick_model())

    def action_pick_session(self) -> None:
        """Choose another session of this directory, or begin a new one."""
        self.run_worker(self._pick_session())

    async def action_quit(self) -> None:
        """Stop what runs and leave."""
        await self.stop_work()
        self.exit()

    async def stop_work(self) -> None:
        """Stop what runs, and wait until that is journalled."""
        self._queue.clear()
        if self._work is not None and self.is_busy:
            self.action_stop()
            await asyncio.gather(self._work, return_exceptions=True)

    def _type(self, name: str) -> None:
        """Put a command into the prompt, so that what it works on can be added."""
        self.prompt.text = f"{name} "
        self.prompt.move_cursor(self.prompt.document.end)
        self.prompt.focus()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something run while one can type."""
        self._work = asyncio.create_task(work)
        self._work.add_done_callback(self._ended)
        self.status.working(is_busy=True)

    def _ended(self, done: "asyncio.Task[None]") -> None:
        """Go on with what was sent meanwhile; say what nobody expected."""
        self.status.working(is_busy=False)
        if not done.cancelled() and (error := done.exception()) is not None:
            self._say(f"{type(error).__name__}: {error}")
        if self._slash.is_over:
            self.exit()
        elif self._queue:
            self._begin(self._carry_out(self._queue.popleft()))

    async def _carry_out(self, text: str) -> None:
        """A command, or a turn of the model."""
        if await self._slash.handle(text):
            return
        try:
            result = await self.session.send(text)
        except LoomError as error:
            self._say(str(error))
            return
        self._queue.extendleft(reversed(result.unsaid))

    async def _show_updates(self) -> None:
        """Show what happens, one thing after another, for as long as the application runs."""
        while True:
            update = await self._updates.get()
            if isinstance(update, str):
                await self.conversation.show(Note(update))
            elif isinstance(update, Event):
                self.sidebar.plan.take(update)
            else:
                await self.conversation.apply(update, self.session)
                if isinstance(update, Heard):
                    await asyncio.sleep(_STREAM_SECONDS)
                if isinstance(update, Recorded) and isinstance(update.body, ToolCallFinished):
                    self._look_beside(update.body)

    def _look_beside(self, body: ToolCallFinished) -> None:
        """Bring the sidebar up to date after a call."""
        if "kept" in body.result.facts:
            self.sidebar.tracker.take(body.result.facts["kept"])
        if body.result.changes:
            self.sidebar.files.reload()
            self.run_worker(self._find_paths(), exclusive=True, group="paths")

    async def _approve(self, call: PendingCall) -> Decision:
        """The user's decision on a call."""
        answer = await self._asked(ApprovalScreen(call))
        return answer or Decision(approved=False, reason="no answer", by="terminal")

    async def _answer(self, question: Question) -> str:
        """The user's answer to a question."""
        return await self._asked(QuestionScreen(question)) or ""

    async def _asked(self, screen: ModalScreen[Answered]) -> Answered | None:
        """What a dialogue gives; it goes away with whoever asked."""
        async with self._one_at_a_time:
            answer: asyncio.Future[Answered | None] = asyncio.get_running_loop().create_future()

            def take(given: Answered | None) -> None:
                if not answer.done():
                    answer.set_result(given)

            await self.push_screen(screen, take)
            try:
                return await answer
            finally:
                if (screen.is_current and not answer.done()) or answer.cancelled():
                    screen.dismiss()

    async def _pick_model(self) -> None:
        """Let the user choose a model."""
        router = await self._loom.router()
        choices = [
            Choice(name, f"{name}  {settings.model}  ({settings.provider})")
            for name, settings in router.models.items()
        ]
        name = await self._asked(Picker("who answers from the next turn on", choices))
        if name:
            self.session.model = name
            self.status.draw()

    async def _pick_session(self) -> None:
        """Let the user choose a session."""
        if self.is_busy:
            self.notify("a turn is at work; stop it first")
            return
        root = self.session.workspace.root
        records = await latest_sessions(self._loom.store, root)
        choices = [Choice(_NEW, "a new session")] + [
            Choice(one.id, f"{one.updated_at:%Y-%m-%d %H:%M}  {one.goal}") for one in records
        ]
        chosen = await self._asked(Picker("sessions of this directory", choices))
        if chosen:
            await self._switch("" if chosen == _NEW else chosen, root)

    async def _switch(self, resume: str, root: Path) -> None:
        """Show another session."""
        try:
            self.session = await self._loom.session(root, listener=self._desk.listen, resume=resume)
        except LoomError as error:
            self._say(str(error))
            return
        self._slash = self._make_slash()
        self.status.follow(self.session)
        await self.conversation.clear()
        await self._show_begun()

    async def _show_begun(self) -> None:
        """Show the last turns of a session that goes on."""
        turns = self.session.log.turns
        await self.conversation.show(
            Note(f"{self.session.task.workspace}  F1 keys  Ctrl+P commands")
        )
        for turn in turns[-_SHOWN_AGAIN:]:
            await self.conversation.show(UserMessage(turn.text))
            if turn.answer:
                await self.conversation.show(Answer(turn.answer))
        self.prompt.remember([turn.text for turn in turns])
        self.run_worker(self._find_paths(), exclusive=True, group="paths")

    async def _find_paths(self) -> None:
        """Find the files that a mention may mean."""
        workspace = self.session.workspace
        entries = await asyncio.to_thread(workspace.listing, ".", depth=8, limit=_MOST_PATHS)
        self.prompt.paths = [entry.path for entry in entries]

    def _make_slash(self) -> Slash:
        """The commands of the session that is shown."""
        return Slash(self._loom, self.session, say=self._say, watch=self._updates.put)

    def _say(self, text: str) -> None:
        """A word of Loom itself."""
        self._updates.put(text)
