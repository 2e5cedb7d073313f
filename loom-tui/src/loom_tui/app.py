"""The application: a screen that is there at once, and a session that is opened behind it.

Nothing heavy but Textual is imported here: what takes long to load is loaded in a thread once the screen
is drawn.
"""

import asyncio
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager, suppress
from typing import TYPE_CHECKING, Any, Protocol

from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding
from textual.containers import Horizontal
from textual.events import Resize
from textual.screen import Screen

from loom_tui.dialogues import Dialogues
from loom_tui.scene import Scene
from loom_tui.widgets.note import Note
from loom_tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from loom_tui.room import Room

_NARROW = 100
"""With fewer columns the sidebar makes room for the conversation."""


class OpenRoom(Protocol):
    """Opens the session behind a screen, for as long as it is entered."""

    def __call__(self, app: "LoomApp") -> "AbstractAsyncContextManager[Room]":
        """Raises ``LoomError`` where there can be none."""
        ...


class Load(Protocol):
    """Loads what opens the session; called in a thread."""

    def __call__(self) -> OpenRoom:
        """Raises ``LoomError`` where the settings are wrong."""
        ...


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

    def __init__(self, load: Load) -> None:
        """Show the session that this opens."""
        super().__init__()
        self._load = load
        self._early: list[str] = []
        self._is_left = asyncio.Event()
        self._holding: asyncio.Task[None] | None = None
        self.scene = Scene()
        """What the screen is made of."""
        self.dialogues = Dialogues(self)
        """What is asked over it."""
        self.room: Room | None = None
        """The session, once there is one."""

    def compose(self) -> ComposeResult:
        """The screen."""
        with Horizontal(id="body"):
            yield self.scene.conversation
            yield self.scene.sidebar
        yield self.scene.prompt
        yield self.scene.status

    def on_mount(self) -> None:
        """Open the session once the screen is drawn."""
        self.scene.prompt.focus()
        self.call_after_refresh(self._begin)

    def on_resize(self, event: Resize) -> None:
        """Hide the sidebar where there is no room for it."""
        self.scene.sidebar.set_class(event.size.width < _NARROW, "hidden")

    async def on_prompt_sent(self, message: Prompt.Sent) -> None:
        """What is sent goes to the session, or waits for it."""
        if self.room is not None:
            self.room.take(message.text)
        else:
            self._early.append(message.text)
            await self.scene.conversation.show(Note(f"{message.text}\n(sent once Loom is there)"))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every command, for the palette."""
        yield from super().get_system_commands(screen)  # pyright: ignore[reportUnknownMemberType]  # Screen without its result there
        for name, what in self.scene.prompt.commands.items():
            yield SystemCommand(name, what, lambda name=name: self.scene.prompt.begin_with(name))

    def action_stop(self) -> None:
        """Stop what runs; what it did until then stands."""
        if self.room is not None:
            self.room.stop()

    def action_stop_or_clear(self) -> None:
        """Stop what runs, else clear what was typed, else say how to leave."""
        if self.room is not None and self.room.is_busy:
            self.room.stop()
        elif self.scene.prompt.text:
            self.scene.prompt.clear()
        else:
            self.notify("Ctrl+Q leaves; the session can be resumed")

    def action_toggle_sidebar(self) -> None:
        """Show or hide the sidebar."""
        self.scene.sidebar.toggle_class("hidden")

    def action_toggle_keys(self) -> None:
        """Show every key, or hide them again."""
        from textual.widgets import HelpPanel

        if self.screen.query(HelpPanel):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()

    def action_undo(self) -> None:
        """Take back what the last turn changed."""
        if self.room is not None and not self.room.is_busy:
            self.room.take("/undo")

    def action_pick_model(self) -> None:
        """Choose who answers."""
        if self.room is not None:
            self.run_worker(self.room.pick_model())

    def action_pick_session(self) -> None:
        """Choose another session of this directory, or begin a new one."""
        if self.room is not None:
            self.run_worker(self.room.pick_session())

    async def action_quit(self) -> None:
        """Stop what runs and leave."""
        if self.room is not None:
            await self.room.stop_work()
        self.exit()

    async def end(self) -> None:
        """Stop what runs, wait until that is journalled, and close the engine.

        Raises:
            LoomError: no session could be opened.
        """
        self._is_left.set()
        if self._holding is not None:
            if self.room is None:
                self._holding.cancel()
            with suppress(asyncio.CancelledError):
                await self._holding

    def tell(self, text: str) -> None:
        """Say in the conversation what happens before there is a session."""
        self.run_worker(self.scene.conversation.show(Note(text)))

    def _begin(self) -> None:
        """Open the session; without one there is nothing to stay for."""
        self._holding = asyncio.create_task(self._hold(), name="session")
        self._holding.add_done_callback(lambda _done: self.exit())

    async def _hold(self) -> None:
        """Open the session, and give it what was sent before."""
        open_room = await asyncio.to_thread(self._load)
        async with open_room(self) as room:
            self.room = room
            for text in self._early:
                room.take(text)
            await self._is_left.wait()
            await room.stop_work()
