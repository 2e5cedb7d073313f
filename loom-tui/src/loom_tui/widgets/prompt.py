"""Where one types: several lines, what was typed before, and completion."""

import time
from collections.abc import Mapping

from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.widgets import TextArea

_TYPING_SECONDS = 0.5
"""How long after a key somebody is taken to be still typing."""


class Prompt(TextArea):
    """Sends with Enter. Completes commands and paths with Tab."""

    BINDINGS = [
        Binding("ctrl+j", "new_line", "New line", show=False),
        Binding("shift+enter", "new_line", "New line", show=False),
        Binding("alt+enter", "new_line", "New line", show=False),
    ]

    class Sent(Message):
        """A line was sent."""

        def __init__(self, text: str) -> None:
            """Carry what was typed."""
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        """Know neither commands nor paths."""
        super().__init__(id="prompt", soft_wrap=True, show_line_numbers=False, tab_behavior="focus")
        self.border_title = "say something · / for commands · @ for files · ! for the shell"
        self.commands: Mapping[str, str] = {}
        """What each command that begins with a slash does."""
        self.paths: list[str] = []
        """The files that a mention may mean."""
        self._typed: list[str] = []
        self._back = 0
        self._offers: list[str] = []
        self._key_at = -_TYPING_SECONDS

    @property
    def is_typed_into(self) -> bool:
        """Whether somebody types now."""
        return time.monotonic() - self._key_at < _TYPING_SECONDS

    def action_new_line(self) -> None:
        """Begin a line."""
        self.insert("\n")

    def begin_with(self, command: str) -> None:
        """Put a command here, so that what it works on can be added."""
        self.text = f"{command} "
        self.move_cursor(self.document.end)
        self.focus()

    def remember(self, lines: list[str]) -> None:
        """Take what was typed earlier, the oldest first."""
        self._typed = lines

    async def on_key(self, event: events.Key) -> None:
        """Enter sends, Tab completes, the arrows at the edge go through what was typed before."""
        self._key_at = time.monotonic()
        actions = {
            "enter": self._send,
            "tab": self._complete,
            "up": self._older,
            "down": self._newer,
        }
        action = actions.get(event.key)
        if action is not None and action():
            event.prevent_default()
            event.stop()

    def _send(self) -> bool:
        """Send what stands here."""
        text = self.text.strip()
        if text:
            self._typed.append(text)
            self.post_message(self.Sent(text))
        self._back, self._offers = 0, []
        self.clear()
        return True

    def _complete(self) -> bool:
        """Complete the word before the cursor; again, with the next that fits."""
        row, column = self.cursor_location
        before = self.document.get_line(row)[:column]
        word = before.split()[-1] if before and not before[-1].isspace() else ""
        if not self._offers or word != self._offers[0].split()[-1]:
            self._offers = self._fitting(word, is_first=row == 0 and before == word)
            if not self._offers:
                return bool(word)
        else:
            self._offers.append(self._offers.pop(0))
        self.replace(self._offers[0], (row, column - len(word)), (row, column))
        return True

    def _fitting(self, word: str, *, is_first: bool) -> list[str]:
        """What a word may become."""
        if is_first and word.startswith("/"):
            return [name for name in self.commands if name.startswith(word)]
        if word.startswith("@") and self.paths:
            from loom_core.cowork.mentions import completions  # heavy, and here by now

            found = completions(word[1:], self.paths)
            return [f'@"{path}"' if " " in path else f"@{path}" for path in found]
        return []

    def _older(self) -> bool:
        """Show what was typed before; only on the first line, so that others can be reached."""
        if self.cursor_location[0] > 0 or self._back >= len(self._typed):
            return False
        self._back += 1
        self._recall()
        return True

    def _newer(self) -> bool:
        """Show what was typed after it."""
        if self.cursor_location[0] < self.document.line_count - 1 or not self._back:
            return False
        self._back -= 1
        self._recall()
        return True

    def _recall(self) -> None:
        """Put a line of before here."""
        self.text = self._typed[-self._back] if self._back else ""
        self.move_cursor(self.document.end)
