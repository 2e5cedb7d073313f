"""The conversation: everything that was said and done, the newest at the bottom."""

from textual.containers import VerticalScroll
from textual.widget import Widget

from loom_tui.widgets.note import Note

_MOST_WIDGETS = 160
"""Older ones are taken away: each of them costs time whenever the screen is arranged anew."""
_TAKEN_AT_ONCE = 40
_LEFT_OUT = "earlier messages are not shown any more; the session has them all"


class Conversation(VerticalScroll):
    """Shows widgets one below the other, and keeps the end in sight."""

    can_focus = True

    def __init__(self) -> None:
        """Empty."""
        super().__init__(id="conversation")

    async def show(self, widget: Widget) -> None:
        """Put a widget at the end and keep the end in sight."""
        await self.mount(widget)
        if len(self.children) > _MOST_WIDGETS:
            await self.remove_children(list(self.children)[:_TAKEN_AT_ONCE])
            await self.mount(Note(_LEFT_OUT), before=0)
        self.anchor()
