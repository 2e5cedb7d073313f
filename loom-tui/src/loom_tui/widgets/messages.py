"""One thing that was said or done, as a widget of the conversation."""

from rich.text import Text
from textual.content import Content
from textual.widgets import Collapsible, Markdown, Static

from loom_core.cli.run.approval_prompt import shortened_preview
from loom_core.cowork.showing import describe_result
from loom_core.sanitize import sanitize_line, sanitize_text
from loom_core.types import ToolResult
from loom_tui.markdown import make_parser

_MAX_SHOWN_CHARACTERS = 20_000
_HUNK = "\n@@"


class UserMessage(Static):
    """What the user said."""

    def __init__(self, text: str) -> None:
        """Show a text, never as markup; of a long one its beginning and end."""
        lines = sanitize_text(text).split("\n")
        super().__init__(Text("\n".join(shortened_preview(lines))), classes="user")


class Answer(Markdown):
    """An answer of the model, which grows as it streams."""

    def __init__(self, text: str = "") -> None:
        """Begin with what is known; links are shown and not followed."""
        super().__init__(
            sanitize_text(text), parser_factory=make_parser, open_links=False, classes="answer"
        )


class Folded(Collapsible):
    """Something that unfolds, whose title is never read as markup."""

    def retitle(self, text: str) -> None:
        """Give it another title. The title of a ``Collapsible`` itself would be markup."""
        self._title.label = Content(sanitize_line(text))


class Thoughts(Folded):
    """What the model thought, folded up."""

    def __init__(self) -> None:
        """Nothing was thought yet."""
        self._text = Static(Text(""), classes="thoughts")
        self._said: list[str] = []
        super().__init__(self._text, title="thinking", classes="thinking")

    def add(self, piece: str) -> None:
        """Add a piece of it."""
        self._said.append(sanitize_text(piece))
        if not self.collapsed:
            self._text.update(Text("".join(self._said)))
        self.retitle(f"thinking ({sum(map(len, self._said)):,} characters)")

    def on_collapsible_expanded(self) -> None:
        """Show all of it."""
        self._text.update(Text("".join(self._said)))


class ToolCallView(Folded):
    """A call: one line, and its result when it is unfolded."""

    def __init__(self, call: str) -> None:
        """Show a call that has begun."""
        self._call = call
        self._body = Static(Text("at work …"), classes="result")
        super().__init__(self._body, title="", classes="call")
        self.retitle(f"⋯ {call}")

    def finish(self, result: ToolResult, *, seconds: float) -> None:
        """Show what came of it; a change unfolds by itself, because it wants to be looked at."""
        mark = "✗" if result.is_error else "✓"
        self.set_class(result.is_error, "failed")
        self.retitle(f"{mark} {self._call}  {seconds:.1f} s  {describe_result(result)}")
        shown = sanitize_text(result.text[:_MAX_SHOWN_CHARACTERS])
        self._body.update(as_diff(shown) if _HUNK in result.text else Text(shown))
        self.collapsed = not (result.changes and _HUNK in result.text)

    def deny(self, reason: str) -> None:
        """Show that it was not run."""
        self.add_class("failed")
        self.retitle(f"✗ {self._call}  not run: {reason}")
        self._body.update(Text(sanitize_text(reason)))


def as_diff(text: str) -> Text:
    """A text with the lines of a diff in its colours."""
    shown = Text()
    for line in text.splitlines(keepends=True):
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
        shown.append(line, style=style)
    return shown
