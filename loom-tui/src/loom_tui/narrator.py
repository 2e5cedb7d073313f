"""Tells in a conversation what happens in a session."""

import time

from textual.widgets.markdown import MarkdownStream

from loom_core import events as e
from loom_core.contracts.provider import TextDelta
from loom_core.cowork import CoworkSession, Heard, Update
from loom_core.cowork.showing import describe_call, describe_turn
from loom_core.dialects import NativeDialect
from loom_core.sanitize import sanitize_text
from loom_core.types import ModelRole
from loom_tui.widgets.conversation import Conversation
from loom_tui.widgets.messages import Answer, Thoughts, ToolCallView, UserMessage
from loom_tui.widgets.note import Note


class Narrator:
    """Shows updates one after another; whoever calls ``apply`` awaits each."""

    def __init__(self, conversation: Conversation) -> None:
        """Tell it in this conversation."""
        self._conversation = conversation
        self._answer: Answer | None = None
        self._stream: MarkdownStream | None = None
        self._thoughts: Thoughts | None = None
        self._calls: dict[str, tuple[ToolCallView, float]] = {}
        self._began = time.monotonic()
        self._is_note = False
        self._has_streamed = False

    async def apply(self, update: Update, session: CoworkSession) -> None:
        """Show what happened in a session."""
        if isinstance(update, Heard):
            await self._hear(update, session)
        else:
            await self._record(update.body, session)

    async def clear(self) -> None:
        """Take everything away, for another session."""
        await self._close_answer()
        self._calls.clear()
        await self._conversation.remove_children()

    async def _hear(self, update: Heard, session: CoworkSession) -> None:
        """Let an answer, or what is thought before it, grow."""
        if not isinstance(update.piece, TextDelta):
            if self._thoughts is None:
                self._thoughts = Thoughts()
                await self._conversation.show(self._thoughts)
            self._thoughts.add(update.piece.text)
            return
        if not _streams_text(session):
            return
        self._has_streamed = True
        if self._stream is None:
            self._answer = Answer()
            await self._conversation.show(self._answer)
            self._stream = Answer.get_stream(self._answer)
        await self._stream.write(sanitize_text(update.piece.text))

    async def _record(self, body: e.EventBody, session: CoworkSession) -> None:  # noqa: C901, PLR0912  # one case for each event
        """Show an event of the journal."""
        match body:
            case e.TurnStarted():
                self._began, self._is_note = time.monotonic(), body.is_note
                await self._conversation.show(UserMessage(body.text))
            case e.ModelCallStarted():
                await self._close_answer()
                self._thoughts, self._has_streamed = None, False
            case e.ModelCallFinished(role=ModelRole.EXECUTOR):
                await self._close_answer()
                await self._unstreamed(body.response.text if _streams_text(session) else "")
            case e.ModelCallFailed():
                await self._close_answer()
                await self._conversation.show(Note(f"{body.model}: {body.message}", style="error"))
            case e.ModelFailedOver():
                told = f"{body.model} stands in for {body.instead_of}: {body.reason}"
                await self._conversation.show(Note(told, style="warning"))
            case e.ToolCallStarted():
                await self._call(body)
            case e.ToolCallFinished():
                await self._called(body)
            case e.ToolCallDenied():
                await self._denied(body)
            case e.TurnSteered():
                await self._conversation.show(UserMessage(body.text))
            case e.SessionSummarized() | e.ConversationCompacted():
                await self._conversation.show(Note("older turns were shortened to fit the window"))
            case e.TurnAnswered():
                await self._unstreamed("" if self._is_note else body.text)
                await self._footer(session)
            case e.TurnInterrupted():
                await self._close_answer()
                await self._conversation.show(Note(f"stopped: {body.reason}", style="warning"))
            case e.TurnFailed():
                await self._conversation.show(Note(f"no answer: {body.reason}", style="error"))
            case _:
                pass

    async def _unstreamed(self, text: str) -> None:
        """Show an answer that did not stream."""
        if text.strip() and not self._has_streamed:
            await self._conversation.show(Answer(text))
            self._has_streamed = True

    async def _close_answer(self) -> None:
        """Let the answer that streams take its last pieces."""
        if self._stream is not None:
            await self._stream.stop()
        self._stream = self._answer = None

    async def _call(self, body: e.ToolCallStarted) -> None:
        """A call begins."""
        view = ToolCallView(describe_call(body.tool, body.arguments))
        self._calls[body.call_id] = (view, time.monotonic())
        await self._conversation.show(view)

    async def _called(self, body: e.ToolCallFinished) -> None:
        """A call has ended; one that never began, as for an unknown tool, is shown with its end."""
        if body.call_id not in self._calls:
            view = ToolCallView(describe_call(body.tool, {}))
            await self._conversation.show(view)
            self._calls[body.call_id] = (view, time.monotonic())
        view, began = self._calls.pop(body.call_id)
        view.finish(body.result, seconds=time.monotonic() - began)

    async def _denied(self, body: e.ToolCallDenied) -> None:
        """A call was refused."""
        view = ToolCallView(describe_call(body.tool, {}))
        await self._conversation.show(view)
        view.deny(body.reason or "not approved")

    async def _footer(self, session: CoworkSession) -> None:
        """The figures of a turn of the model."""
        if self._is_note:
            return
        seconds = time.monotonic() - self._began
        text = describe_turn(session.log, window=session.window, seconds=seconds)
        await self._conversation.show(Note(text, style="footer"))


def _streams_text(session: CoworkSession) -> bool:
    """Whether what streams is text for people, and no action of a small model."""
    begun = session.log.beginning
    return begun is None or begun.dialect == NativeDialect.name
