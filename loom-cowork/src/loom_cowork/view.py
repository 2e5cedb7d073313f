"""What a person sees of a session: answers as Markdown, calls as lines, figures at the end of a turn."""

import time
from functools import singledispatchmethod

from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

from loom_core import events as e
from loom_core.contracts.provider import TextDelta
from loom_core.cowork import CoworkSession, Heard, Update
from loom_core.cowork.showing import describe_call, describe_result, describe_turn
from loom_core.dialects import NativeDialect
from loom_core.sanitize import sanitize_line, sanitize_text
from loom_core.types import ModelRole
from loom_cowork.blocks import Blocks
from loom_cowork.markdown import as_markdown

_TAIL_LINES = 8
_TAIL_CHARACTERS = 2_000
"""More than that many lines of a terminal hold; it is drawn again and again while an answer streams."""
_MAX_DIFF_LINES = 40
_HUNK = "\n@@"
"""How the first hunk of a diff begins in the text of a result."""


class View:
    """Shows updates on a console; what is not complete yet is in ``tail``."""

    def __init__(self, console: Console, session: CoworkSession) -> None:
        """Show this session."""
        self._console = console
        self._session = session
        self._blocks = Blocks()
        self._thoughts = ""
        self._has_streamed = False
        self._calls: dict[str, tuple[str, float]] = {}
        self._began = time.monotonic()
        self._doing = ""
        self._is_note = False

    @property
    def tail(self) -> str:
        """The last lines of what streams now and is not shown for good yet."""
        if not self._streams_text:
            return ""
        end = self._blocks.last(_TAIL_LINES, _TAIL_CHARACTERS)
        text = end if end.strip() else self._thoughts[-_TAIL_CHARACTERS:]
        return "\n".join(sanitize_text(text).splitlines()[-_TAIL_LINES:])

    @property
    def doing(self) -> str:
        """What goes on now, with the seconds that the turn has taken."""
        return f"{self._doing} {time.monotonic() - self._began:.0f} s"

    def apply(self, update: Update) -> None:
        """Show what happened."""
        if isinstance(update, Heard):
            self._hear(update)
        else:
            self._record(update.body)

    def _hear(self, update: Heard) -> None:
        """Show the blocks that a piece of an answer finishes."""
        if not isinstance(update.piece, TextDelta):
            self._thoughts = (self._thoughts + update.piece.text)[-4000:]
            self._doing = "thinking"
            return
        self._doing = "answering"
        if not self._streams_text:
            return
        self._has_streamed = True
        for block in self._blocks.take(update.piece.text):
            self._markdown(block)

    @singledispatchmethod
    def _record(self, body: e.EventBody) -> None:
        """Show an event of the journal; most say nothing to a person."""

    @_record.register
    def _turn_started(self, body: e.TurnStarted) -> None:
        self._began = time.monotonic()
        self._is_note = body.is_note
        self._doing = "" if body.is_note else "reading"

    @_record.register
    def _asked(self, _body: e.ModelCallStarted) -> None:
        self._thoughts, self._has_streamed, self._doing = "", False, "reading"

    @_record.register
    def _answered(self, body: e.ModelCallFinished) -> None:
        """Show what is left of an answer; all of it where nothing streamed."""
        if body.role is not ModelRole.EXECUTOR:
            return
        left = self._blocks.end()
        if not self._streams_text:
            return
        text = left if self._has_streamed else body.response.text
        if text.strip():
            self._markdown(text)
        self._has_streamed = True

    @_record.register
    def _not_answered(self, body: e.ModelCallFailed) -> None:
        self._blocks.end()
        self._line("!", f"{body.model}: {body.message}", "red")

    @_record.register
    def _failed_over(self, body: e.ModelFailedOver) -> None:
        text = f"{body.model} stands in for {body.instead_of}: {body.reason}"
        self._line("→", text, "yellow")

    @_record.register
    def _calls_tool(self, body: e.ToolCallStarted) -> None:
        call = describe_call(body.tool, body.arguments)
        self._calls[body.call_id] = (call, time.monotonic())
        self._doing = sanitize_line(body.tool)

    @_record.register
    def _called(self, body: e.ToolCallFinished) -> None:
        """A call with its time and result, and its diff if it changed a file."""
        call, began = self._calls.pop(body.call_id, (body.tool, time.monotonic()))
        mark, style = ("✗", "red") if body.result.is_error else ("✓", "green")
        took = time.monotonic() - began
        self._line(mark, f"{call}  {took:.1f} s  {describe_result(body.result)}", style)
        if body.result.changes and _HUNK in body.result.text:
            self._diff(body.result.text[body.result.text.index(_HUNK) + 1 :])

    @_record.register
    def _denied(self, body: e.ToolCallDenied) -> None:
        self._line("✗", f"{body.tool} was not run: {body.reason or 'not approved'}", "yellow")

    @_record.register
    def _steered(self, body: e.TurnSteered) -> None:
        self._line(">", f"told the model: {body.text}", "cyan")

    @_record.register
    def _shortened(self, _body: e.SessionSummarized | e.ConversationCompacted) -> None:
        self._line("≡", "older turns were shortened to fit the window", "dim")

    @_record.register
    def _ended(self, body: e.TurnAnswered) -> None:
        """The answer where it did not stream, and what the turn took."""
        if body.text and not self._has_streamed and not self._is_note:
            self._markdown(body.text)
        self._has_streamed = False
        self._footer()

    @_record.register
    def _stopped(self, body: e.TurnInterrupted) -> None:
        self._stop(f"stopped: {body.reason}", "yellow")

    @_record.register
    def _failed(self, body: e.TurnFailed) -> None:
        self._stop(f"no answer: {body.reason}", "red")

    @property
    def _streams_text(self) -> bool:
        """Whether what streams is text for people, and no JSON action."""
        begun = self._session.log.beginning
        return begun is None or begun.dialect == NativeDialect.name

    def _diff(self, diff: str) -> None:
        """The first lines of a diff, in colour."""
        lines = sanitize_text(diff).splitlines()
        shown = "\n".join(lines[:_MAX_DIFF_LINES])
        self._console.print(Syntax(shown, "diff", background_color="default", word_wrap=True))
        if len(lines) > _MAX_DIFF_LINES:
            self._line("…", f"{len(lines) - _MAX_DIFF_LINES} more lines; /diff shows all", "dim")

    def _stop(self, text: str, style: str) -> None:
        """A turn without an answer; what had streamed of it stays to be read."""
        left = self._blocks.end()
        if left and self._streams_text:
            self._markdown(left)
        self._line("■", text, style)
        self._footer()

    def _footer(self) -> None:
        """The figures of the turn; a note has none."""
        self._doing = ""
        if self._is_note:
            return
        seconds = time.monotonic() - self._began
        text = describe_turn(self._session.log, window=self._session.window, seconds=seconds)
        self._console.print(Text(text, style="dim"))

    def _markdown(self, text: str) -> None:
        """A piece of an answer; whatever it holds, it cannot act on the terminal."""
        self._console.print(as_markdown(text))

    def _line(self, mark: str, text: str, style: str) -> None:
        """One line that is never read as markup."""
        self._console.print(Text(f"{mark} {sanitize_line(text)}", style=style))
