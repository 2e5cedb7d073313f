"""The session behind a screen: what is sent goes into it, and what happens in it is shown."""

import asyncio
from collections import deque
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from textual.app import App

from loom_core.app import Loom
from loom_core.cli.cowork.desk import Desk
from loom_core.cli.cowork.slash import Slash
from loom_core.contracts.context import PendingCall
from loom_core.cowork import CoworkSession, Heard, Recorded, latest_sessions
from loom_core.errors import LoomError
from loom_core.events import Event, ToolCallFinished
from loom_core.types import Decision, Question
from loom_tui.dialogues import Dialogues
from loom_tui.narrator import Narrator
from loom_tui.pending import Pending
from loom_tui.scene import Scene
from loom_tui.screens.approval import ApprovalScreen
from loom_tui.screens.picker import Choice, Picker
from loom_tui.screens.question import QuestionScreen
from loom_tui.widgets.beside import Files, PlanView, Tracker
from loom_tui.widgets.messages import Answer, UserMessage
from loom_tui.widgets.note import Note

_SHOWN_AGAIN = 20
_MOST_PATHS = 5000
_STREAM_SECONDS = 0.06
"""How often what streams is drawn: oftener than one can read, seldom enough that keys come first."""
_STREAM_SECONDS_TYPING = 0.5
"""The same while somebody types, whose next key waits for whatever is being drawn."""
_NEW = "new"


class Room:
    """Takes what is sent, also while a turn runs, and shows what happens."""

    def __init__(
        self,
        app: App[Any],
        scene: Scene,
        dialogues: Dialogues,
        begun: tuple[Loom, CoworkSession],
        desk: Desk,
    ) -> None:
        """Hold a session that has begun on this screen."""
        self._app, self._scene, self._dialogues, self._desk = app, scene, dialogues, desk
        self._loom, self.session = begun
        self._updates = Pending()
        self._work: asyncio.Task[None] | None = None
        self._queue: deque[str] = deque()
        self._slash = self._make_slash()
        self._narrator = Narrator(scene.conversation)
        self.plan, self.tracker = PlanView(), Tracker()
        self.files = Files(self.session.workspace.root)

    async def enter(self) -> None:
        """Begin to show what happens, and what happened before."""
        self._desk.take(show=self._updates.put, approve=self._approve, answer=self._answer)
        self._scene.prompt.commands = self._slash.table
        self._scene.status.follow(self.session)
        await self._scene.sidebar.mount(self.plan, self.tracker, self.files)
        await self._show_begun()
        self._app.run_worker(self._show_updates(), exclusive=True, group="updates")

    def take(self, text: str) -> None:
        """What is sent begins a turn, steers the one that runs, or waits for its end."""
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

    def stop(self) -> None:
        """Stop what runs; what it did until then stands."""
        if self.is_busy and not self.session.interrupt() and self._work is not None:
            self._work.cancel()

    async def stop_work(self) -> None:
        """Stop what runs, and wait until that is journalled."""
        self._queue.clear()
        if self._work is not None and self.is_busy:
            self.stop()
            await asyncio.gather(self._work, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something run while one can type."""
        self._work = asyncio.create_task(work)
        self._work.add_done_callback(self._ended)
        self._scene.status.working(is_busy=True)

    def _ended(self, done: "asyncio.Task[None]") -> None:
        """Go on with what was sent meanwhile; say what nobody expected."""
        self._scene.status.working(is_busy=False)
        if not done.cancelled() and (error := done.exception()) is not None:
            self._say(f"{type(error).__name__}: {error}")
        if self._slash.is_over:
            self._app.exit()
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
                await self._scene.conversation.show(Note(update))
            elif isinstance(update, Event):
                self.plan.take(update)
            else:
                await self._narrator.apply(update, self.session)
                if isinstance(update, Heard):
                    is_typing = self._scene.prompt.is_typed_into
                    await asyncio.sleep(_STREAM_SECONDS_TYPING if is_typing else _STREAM_SECONDS)
                if isinstance(update, Recorded) and isinstance(update.body, ToolCallFinished):
                    self._look_beside(update.body)

    def _look_beside(self, body: ToolCallFinished) -> None:
        """Bring the sidebar up to date after a call."""
        if "kept" in body.result.facts:
            self.tracker.take(body.result.facts["kept"])
        if body.result.changes:
            self.files.reload()
            self._app.run_worker(self._find_paths(), exclusive=True, group="paths")

    async def _approve(self, call: PendingCall) -> Decision:
        """The user's decision on a call."""
        answer = await self._dialogues.ask(ApprovalScreen(call))
        return answer or Decision(approved=False, reason="no answer", by="terminal")

    async def _answer(self, question: Question) -> str:
        """The user's answer to a question."""
        return await self._dialogues.ask(QuestionScreen(question)) or ""

    async def pick_model(self) -> None:
        """Let the user choose a model."""
        router = await self._loom.router()
        choices = [
            Choice(name, f"{name}  {settings.model}  ({settings.provider})")
            for name, settings in router.models.items()
        ]
        name = await self._dialogues.ask(Picker("who answers from the next turn on", choices))
        if name:
            self.session.model = name
            self._scene.status.draw()

    async def pick_session(self) -> None:
        """Let the user choose a session."""
        if self.is_busy:
            self._app.notify("a turn is at work; stop it first")
            return
        root = self.session.workspace.root
        records = await latest_sessions(self._loom.store, root)
        choices = [Choice(_NEW, "a new session")] + [
            Choice(one.id, f"{one.updated_at:%Y-%m-%d %H:%M}  {one.goal}") for one in records
        ]
        chosen = await self._dialogues.ask(Picker("sessions of this directory", choices))
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
        self._scene.status.follow(self.session)
        await self._narrator.clear()
        await self._show_begun()

    async def _show_begun(self) -> None:
        """Show the last turns of a session that goes on."""
        turns = self.session.log.turns
        await self._scene.conversation.show(
            Note(f"{self.session.task.workspace}  F1 keys  Ctrl+P commands")
        )
        for turn in turns[-_SHOWN_AGAIN:]:
            await self._scene.conversation.show(UserMessage(turn.text))
            if turn.answer:
                await self._scene.conversation.show(Answer(turn.answer))
        self._scene.prompt.remember([turn.text for turn in turns])
        self._app.run_worker(self._find_paths(), exclusive=True, group="paths")

    async def _find_paths(self) -> None:
        """Find the files that a mention may mean."""
        workspace = self.session.workspace
        entries = await asyncio.to_thread(workspace.listing, ".", depth=8, limit=_MOST_PATHS)
        self._scene.prompt.paths = [entry.path for entry in entries]

    def _make_slash(self) -> Slash:
        """The commands of the session that is shown."""
        return Slash(self._loom, self.session, say=self._say, watch=self._updates.put)

    def _say(self, text: str) -> None:
        """A word of Loom itself."""
        self._updates.put(text)
