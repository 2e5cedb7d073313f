"""A question of the model to the user."""

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from loom_core.sanitize import sanitize_line, sanitize_text
from loom_core.types import Question


class QuestionScreen(ModalScreen[str]):
    """Answers with what was chosen or typed; empty when the user left it."""

    BINDINGS = [Binding("escape", "leave", "Leave it open")]

    def __init__(self, question: Question) -> None:
        """Ask this."""
        super().__init__(classes="dialogue")
        self._question = question

    def compose(self) -> ComposeResult:
        """The question, its options, and a line for another answer."""
        with Vertical(classes="box"):
            yield Label(Text("the model asks"), classes="title")
            yield Label(Text(sanitize_text(self._question.text)))
            if self._question.options:
                options = [Option(Text(sanitize_line(one))) for one in self._question.options]
                yield OptionList(*options)
            yield Input(placeholder="your answer")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """An option was chosen."""
        self.dismiss(self._question.options[event.option_index])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """An answer was typed; an empty one is none."""
        answer = self._question.answer_of(event.value)
        if answer:
            self.dismiss(answer)

    def action_leave(self) -> None:
        """Leave it unanswered."""
        self.dismiss("")
