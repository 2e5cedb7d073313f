"""Choosing one of several things: a session, a model."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from loom_core.sanitize import sanitize_line


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose."""

    key: str
    label: str


class Picker(ModalScreen[str]):
    """Answers with the key of what was chosen; empty when nothing was."""

    BINDINGS = [Binding("escape", "leave", "Leave")]

    def __init__(self, title: str, choices: Sequence[Choice]) -> None:
        """Offer these."""
        super().__init__(classes="dialogue")
        self._title = title
        self._choices = choices
        self._fitting = list(choices)

    def compose(self) -> ComposeResult:
        """A line to narrow the list down, and the list."""
        with Vertical(classes="box"):
            yield Label(Text(self._title), classes="title")
            yield Input(placeholder="type to narrow down; Enter takes the first")
            yield OptionList(*self._options())

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what has the words."""
        words = event.value.lower().split()
        self._fitting = [
            one for one in self._choices if all(word in one.label.lower() for word in words)
        ]
        shown = self.query_one(OptionList)
        shown.clear_options()
        shown.add_options(self._options())

    def on_input_submitted(self) -> None:
        """Take the first."""
        self.dismiss(self._fitting[0].key if self._fitting else "")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the one that was chosen."""
        self.dismiss(self._fitting[event.option_index].key)

    def action_leave(self) -> None:
        """Take none."""
        self.dismiss("")

    def _options(self) -> list[Option]:
        """The choices that fit, as options."""
        return [Option(Text(sanitize_line(one.label))) for one in self._fitting]
