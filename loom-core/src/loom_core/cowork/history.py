"""The conversation of a session, which follows from its journal and nothing else.

The same events always give the same messages, whether they just happened or were read after a crash,
so that a resumed session sends the same bytes and finds its beginning in the server's cache.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from loom_core.contracts.context import ModelFacts
from loom_core.cowork.offering import answer_in
from loom_core.dialects import DIALECTS, ActionResult, Dialect, Malformed, ToolAction
from loom_core.engine.attempt.taking_in import as_turn, taken_in
from loom_core.engine.calls.call_results import error_result, in_doubt_result, with_pictures
from loom_core.engine.window.stubs import result_name, with_stubs
from loom_core.errors import ErrorCategory
from loom_core.events import (
    ConversationCompacted,
    EventBody,
    ModelCallFinished,
    ModelCallStarted,
    NudgeSent,
    PromptAssembled,
    SessionSummarized,
    StepInDoubt,
    ToolCallDenied,
    ToolCallFinished,
    TurnAnswered,
    TurnFailed,
    TurnInterrupted,
    TurnStarted,
    TurnSteered,
)
from loom_core.types import Image, Message, ModelRole, Role, ToolResult, ToolSpec
from loom_core.workspace import BlobStore
from loom_core.workspace.pictures import show_pictures

STOPPED = "[stopped here by the user]"
"""Stands for the answer of a turn that has none, because roles must alternate."""
_NOT_RUN = "Not run: the user stopped the turn."
_FAILED = "[no answer: {reason}]"


@dataclass(slots=True)
class _Exchange:
    """A turn in plain words, for a model that cannot read the calls of the one before it."""

    asked: str
    answered: str = ""
    is_over: bool = False


@dataclass(slots=True)
class _OpenCall:
    """A call whose result the conversation does not have yet."""

    call_id: str
    text: str | None = None
    images: tuple[Image, ...] = ()


@dataclass(slots=True)
class History:
    """Messages of a session, grown event by event."""

    specs: Sequence[ToolSpec]
    """The tools that the model is offered."""
    facts: ModelFacts | None = None
    """The model that reads results now; None cuts and shows them as the recorded one could."""
    reader: str = ""
    """The tool that reads results back; empty when there is none."""
    blobs: BlobStore | None = None
    """Where the pictures of results and turns are kept."""
    beginning: PromptAssembled | None = None
    messages: list[Message] = field(default_factory=list[Message])
    results: dict[str, str] = field(default_factory=dict[str, str])
    """What stands in the conversation for each result, by name."""
    _exchanges: list[_Exchange] = field(default_factory=list[_Exchange])
    _open: list[_OpenCall] = field(default_factory=list[_OpenCall])
    _notes: list[str] = field(default_factory=list[str])
    """What the harness or the user has said and the next request tells."""
    _is_note: bool = False
    """Whether the turn that runs is one that no model answers."""

    @property
    def dialect(self) -> Dialect:
        """How this conversation writes calls."""
        return DIALECTS[self.beginning.dialect if self.beginning else "native"]

    @property
    def prompt_messages(self) -> int:
        """How many messages at the beginning are the prompt, which is never shortened."""
        return len(self.beginning.prompt) if self.beginning else 0

    def apply(self, body: EventBody) -> None:  # noqa: C901, PLR0912  # one case for each event
        """Take in one record."""
        match body:
            case PromptAssembled():
                self._begin(body)
            case TurnStarted():
                self._turn(body)
            case ModelCallStarted(role=ModelRole.EXECUTOR):
                self._flush()
            case ModelCallFinished(role=ModelRole.EXECUTOR):
                self._answer(body)
            case ToolCallFinished():
                self._result(body.call_id, body.result)
            case ToolCallDenied():
                self._result(body.call_id, _refused(body))
            case StepInDoubt():
                self._result(body.call_id, in_doubt_result(body))
            case NudgeSent() | TurnSteered():
                self._notes.append(body.text)
            case ConversationCompacted(way="stubs"):
                self._shorten(body.results)
            case SessionSummarized():
                self._sum_up(body)
            case TurnAnswered():
                self._end(body.text, "")
            case TurnInterrupted():
                self._end(body.partial, STOPPED)
            case TurnFailed():
                self._end("", _FAILED.format(reason=body.reason))
            case _:
                pass

    def apply_all(self, bodies: Iterable[EventBody]) -> None:
        """Take in records in order."""
        for body in bodies:
            self.apply(body)

    def request(self) -> list[Message]:
        """The messages of the next request."""
        self._flush()
        return list(self.messages)

    def _begin(self, body: PromptAssembled) -> None:
        """Take a prompt; what was said in another form of calls goes on in plain words."""
        is_readable = self.beginning is None or self.beginning.dialect == body.dialect
        said = self.messages[self.prompt_messages :] if is_readable else self._plainly()
        self.beginning = body
        self.messages = [*body.prompt, *said]

    def _plainly(self) -> list[Message]:
        """Every turn so far as what was asked and what was answered."""
        messages: list[Message] = []
        for one in self._exchanges:
            messages.append(Message(role=Role.USER, text=one.asked))
            if one.is_over:
                messages.append(Message(role=Role.ASSISTANT, text=one.answered or STOPPED))
        return messages

    def _turn(self, body: TurnStarted) -> None:
        """What the user said, or did without the model, which is told with what comes next."""
        self._is_note = body.is_note
        if body.is_note:
            self._notes.append(body.sent)
            return
        sees = self.facts is None or self.facts.sees_images
        sent, images = show_pictures(body.sent, body.images if sees else (), self.blobs)
        text = "\n\n".join((*self._notes, sent))
        self._notes.clear()
        self.messages.append(self.dialect.speak(text, images))
        self._exchanges.append(_Exchange(text))

    def _answer(self, body: ModelCallFinished) -> None:
        """The model's reply, and the calls in it that wait for results."""
        self.messages.append(as_turn(body.response))
        actions = self.dialect.decode(body.response, self.specs).actions
        if not as_turn(body.response).tool_calls and body.response.tool_calls:
            return  # cut off: none of its calls runs
        for action in actions:
            if answer_in(action) is not None:
                continue
            if isinstance(action, ToolAction):
                self._open.append(_OpenCall(action.call_id))
            elif isinstance(action, Malformed):
                self._open.append(_OpenCall(action.call_id, f"Error: {action.problem}"))

    def _result(self, call_id: str, result: ToolResult) -> None:
        """The result of a call, as far as it fits; one of the user's own is told as a note."""
        result = with_pictures(result, self.blobs)
        text, images = (result.text, ())
        if self.facts is not None:
            text, images = taken_in(result, self.facts)
        self.results[result_name(result.text)] = text
        if self._is_note:
            self._notes.append(text)
            return
        for call in self._open:
            if call.call_id == call_id and call.text is None:
                call.text, call.images = text, images
                return

    def _flush(self) -> None:
        """Put the results and notes that came since the last answer at the end."""
        notes = "\n\n".join(self._notes)
        if self._open:
            results = [
                ActionResult(one.call_id, one.text or _NOT_RUN, one.images) for one in self._open
            ]
            if notes:
                results[-1] = replace(results[-1], text=f"{results[-1].text}\n\n{notes}")
            self.messages.extend(self.dialect.result_messages(results))
        elif notes and self._answers_last():
            self.messages.append(self.dialect.speak(notes))
        else:
            return
        self._open.clear()
        self._notes.clear()

    def _answers_last(self) -> bool:
        """Whether the model spoke last, so that somebody else may."""
        return bool(self.messages) and self.messages[-1].role is Role.ASSISTANT

    def _end(self, said: str, otherwise: str) -> None:
        """The end of a turn: whatever is open is closed, and the model has spoken last."""
        if self._is_note:
            self._is_note = False
            return
        kept = [] if self._open else [*self._notes]
        if self._open:
            self._flush()
        self._notes = kept
        if otherwise:
            text = "\n".join(part for part in (said, otherwise) if part)
            if self._answers_last():
                last = self.messages[-1]
                text = f"{last.text}\n{otherwise}".strip()
                self.messages[-1] = last.model_copy(update={"text": text, "signed": ""})
            else:
                self.messages.append(Message(role=Role.ASSISTANT, text=text))
        if self._exchanges:
            self._exchanges[-1].answered = said or otherwise
            self._exchanges[-1].is_over = True

    def _shorten(self, names: Sequence[str]) -> None:
        """Put stubs for results."""
        chosen = {name: self.results[name] for name in names if name in self.results}
        first, last = self.prompt_messages, len(self.messages)
        self.messages, _ = with_stubs(
            self.messages, chosen, first=first, last=last, reader=self.reader
        )

    def _sum_up(self, body: SessionSummarized) -> None:
        """Put a summary for everything but the last messages."""
        prompt = self.messages[: self.prompt_messages]
        kept = self.messages[len(self.messages) - body.kept_messages :]
        if kept and kept[0].role is Role.USER:
            first = kept[0].model_copy(update={"text": f"{body.summary}\n\n{kept[0].text}"})
            self.messages = [*prompt, first, *kept[1:]]
        else:
            self.messages = [*prompt, self.dialect.speak(body.summary), *kept]
        self._exchanges = [_Exchange(body.summary, "", is_over=True), *self._exchanges[-1:]]


def _refused(denied: ToolCallDenied) -> ToolResult:
    """What the model is told of a refused call, when the user is there to be asked."""
    reason = denied.reason or "not approved"
    return error_result(f"{denied.tool} was not run: {reason}.", ErrorCategory.PERMISSION)
