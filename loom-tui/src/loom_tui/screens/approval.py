"""A call that asks before it runs: exactly what it is, and what each yes would cover."""

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Label, Static

from loom_core.cli.run.approval_prompt import approval_choices
from loom_core.cli.scope_text import describe_scope
from loom_core.contracts.context import PendingCall
from loom_core.sanitize import sanitize_line, sanitize_text
from loom_core.types import Decision
from loom_tui.widgets.messages import as_diff

_BY = "terminal"


class ApprovalScreen(ModalScreen[Decision]):
    """Answers with the user's decision; leaving it is a no."""

    BINDINGS = [
        Binding("y", "yes('y')", "Yes, once"),
        Binding("a", "yes('a')", "Always"),
        Binding("s", "yes('s')", "This session"),
        Binding("n,escape", "no", "No"),
    ]

    def __init__(self, call: PendingCall) -> None:
        """Ask for this call."""
        super().__init__(classes="dialogue")
        self._call = call
        self._choices = approval_choices(call)

    def compose(self) -> ComposeResult:
        """What would run, why it asks, what each wider yes covers, and the buttons."""
        call = self._call
        reason = f": {sanitize_line(call.reason)}" if call.reason else ""
        with Vertical(classes="box"):
            yield Label(Text(f"{sanitize_line(call.tool)} asks to run{reason}"), classes="title")
            with VerticalScroll(classes="preview"):
                yield Static(as_diff(sanitize_text(call.intent.preview)))
            for key in ("a", "s"):
                covered = describe_scope(
                    self._choices[key], tool=call.tool, target=call.intent.target
                )
                yield Label(Text(f"{key}: {covered}"), classes="hint")
            with Horizontal(classes="buttons"):
                yield Button("[u]Y[/u]es, once", id="y", variant="success")
                yield Button("[u]A[/u]lways", id="a")
                yield Button("This [u]s[/u]ession", id="s")
                yield Button("[u]N[/u]o", id="n", variant="error")

    def on_mount(self) -> None:
        """Begin at the safe answer: Enter that was meant for something else must not allow."""
        self.query_one("#n", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button is its key."""
        key = event.button.id or "n"
        if key in self._choices:
            self.action_yes(key)
        else:
            self.action_no()

    def action_yes(self, key: str) -> None:
        """Allow it, as widely as the key says."""
        self.dismiss(Decision(approved=True, by=_BY, scope=self._choices[key]))

    def action_no(self) -> None:
        """Refuse it."""
        self.dismiss(Decision(approved=False, by=_BY, reason="the user said no"))
