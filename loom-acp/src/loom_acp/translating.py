"""What happens in a session as the updates that the protocol has for it."""

from collections.abc import Mapping
from functools import singledispatchmethod
from typing import Any

from acp.helpers import (
    start_tool_call,
    text_block,
    tool_content,
    update_agent_message_text,
    update_agent_thought_text,
    update_tool_call,
    update_user_message_text,
)
from acp.schema import ContentToolCallContent, FileEditToolCallContent, UsageUpdate

from loom_acp.diffs import diffs_of
from loom_acp.outbox import SessionUpdate
from loom_acp.plans import plan_of_list
from loom_acp.tool_calls import fenced, kind_of, located, locations_of
from loom_core import events as e
from loom_core.contracts.provider import TextDelta
from loom_core.contracts.tool import Tool
from loom_core.cowork import Heard, Update
from loom_core.cowork.showing import describe_call
from loom_core.dialects import NativeDialect
from loom_core.sanitize import sanitize_line, sanitize_text
from loom_core.types import ModelRole
from loom_core.workspace import Workspace


class Translator:
    """Turns updates of one session into those of the protocol, live or out of the journal."""

    def __init__(
        self,
        workspace: Workspace,
        tools: Mapping[str, Tool[Any]],
        *,
        beginning: e.PromptAssembled | None,
        is_replay: bool = False,
    ) -> None:
        """Begin where the session stands.

        Args:
            workspace: what paths are relative to.
            tools: those that calls name.
            beginning: how the conversation began; None when it has not yet.
            is_replay: whether what the user said is told too, as the editor does not know it.
        """
        self._workspace = workspace
        self._tools = tools
        self._is_replay = is_replay
        self._is_text = True
        self._has_streamed = False
        self._is_note = False
        self._window = 0
        self._asked: dict[str, list[str]] = {}
        """Calls that were asked about and have not begun, by tool."""
        self._running: dict[str, str] = {}
        """Calls that run: their own ids to those by which the editor knows them."""
        self._out: list[SessionUpdate] = []
        if beginning is not None:
            self._begun(beginning)

    def take(self, turn: str, update: Update) -> list[SessionUpdate]:
        """The updates for something that happened; may read files that a call changed."""
        self._out = []
        if isinstance(update, Heard):
            self._hear(update)
        else:
            self._record(update.body, turn)
        return self._out

    def asks(self, tool: str, call_id: str) -> None:
        """Remember under which id a call was asked about before it is known by its own."""
        self._asked.setdefault(tool, []).append(call_id)

    def _hear(self, update: Heard) -> None:
        """A piece of an answer; of one in JSON only the thoughts are for people."""
        text = sanitize_text(update.piece.text)
        if not isinstance(update.piece, TextDelta):
            self._out.append(update_agent_thought_text(text))
        elif self._is_text and text:
            self._has_streamed = True
            self._out.append(update_agent_message_text(text))

    @singledispatchmethod
    def _record(self, body: e.EventBody, turn: str) -> None:
        """An event of the journal; most are none of the editor's business."""

    @_record.register
    def _begins(self, body: e.PromptAssembled, turn: str) -> None:
        self._begun(body)

    def _begun(self, body: e.PromptAssembled) -> None:
        """From now on replies are in this model's form."""
        self._is_text = body.dialect == NativeDialect.name
        self._window = body.window

    @_record.register
    def _turn_started(self, body: e.TurnStarted, turn: str) -> None:
        self._has_streamed, self._is_note = False, body.is_note
        if self._is_replay:
            self._out.append(update_user_message_text(sanitize_text(body.text)))

    @_record.register
    def _asks_model(self, _body: e.ModelCallStarted, turn: str) -> None:
        self._has_streamed = False

    @_record.register
    def _answered(self, body: e.ModelCallFinished, turn: str) -> None:
        """What did not stream, and how full the window is."""
        if body.role is not ModelRole.EXECUTOR:
            return
        text = sanitize_text(body.response.text)
        if self._is_text and text.strip() and not self._has_streamed:
            self._out.append(update_agent_message_text(text))
        self._has_streamed = self._is_text and bool(text.strip())
        usage = body.response.usage
        if self._window and not self._is_replay:
            used = min(usage.prompt_tokens + usage.completion_tokens, self._window)
            self._out.append(
                UsageUpdate(session_update="usage_update", used=used, size=self._window)
            )

    @_record.register
    def _not_answered(self, body: e.ModelCallFailed, turn: str) -> None:
        """What had streamed ends here, in case another model begins anew."""
        if self._has_streamed:
            self._out.append(update_agent_message_text("\n\n"))
        self._has_streamed = False

    @_record.register
    def _failed_over(self, body: e.ModelFailedOver, turn: str) -> None:
        self._say(f"{body.model} stands in for {body.instead_of}: {body.reason}")

    @_record.register
    def _shortened(self, _body: e.SessionSummarized | e.ConversationCompacted, turn: str) -> None:
        self._say("older turns were shortened to fit the window")

    @_record.register
    def _calls_tool(self, body: e.ToolCallStarted, turn: str) -> None:
        """A call begins to run, under the id by which it was asked about if it was."""
        own = _id(turn, body.call_id)
        if asked := self._asked.get(body.tool):
            self._running[own] = asked.pop(0)
            self._out.append(update_tool_call(self._running[own], status="in_progress"))
            return
        self._running[own] = own
        tool = self._tools.get(body.tool)
        self._out.append(
            start_tool_call(
                own,
                describe_call(body.tool, body.arguments),
                kind=kind_of(tool),
                status="in_progress",
                locations=locations_of(tool, body.arguments, self._workspace),
            )
        )

    @_record.register
    def _called(self, body: e.ToolCallFinished, turn: str) -> None:
        """A call is over: its diffs where it changed files, else its text."""
        result = body.result
        shown: list[ContentToolCallContent | FileEditToolCallContent] = []
        shown += diffs_of(result.changes, self._workspace)
        if result.text.strip() and (not shown or result.is_error):
            shown.append(fenced(result.text))
        changed = (change.path for change in result.changes if change.is_of_file)
        self._out.append(
            update_tool_call(
                self._running.pop(_id(turn, body.call_id), _id(turn, body.call_id)),
                status="failed" if result.is_error else "completed",
                content=shown,
                locations=located(changed, self._workspace) or None,
            )
        )
        plan = plan_of_list(result.facts.get("kept"))
        if plan is not None:
            self._out.append(plan)

    @_record.register
    def _denied(self, body: e.ToolCallDenied, turn: str) -> None:
        """A call that never began."""
        why = tool_content(text_block(sanitize_text(body.reason or "not approved")))
        if asked := self._asked.get(body.tool):
            self._out.append(update_tool_call(asked.pop(0), status="failed", content=[why]))
            return
        title = f"{sanitize_line(body.tool)} was not run"
        kind = kind_of(self._tools.get(body.tool))
        self._out.append(
            start_tool_call(
                _id(turn, body.call_id), title, kind=kind, status="failed", content=[why]
            )
        )

    @_record.register
    def _ended(self, body: e.TurnAnswered, turn: str) -> None:
        """The answer where it did not stream."""
        if body.text and not self._has_streamed and not self._is_note:
            self._out.append(update_agent_message_text(sanitize_text(body.text)))

    @_record.register
    def _stopped(self, _body: e.TurnInterrupted | e.TurnFailed, turn: str) -> None:
        """What was asked or ran and will not end any more."""
        left = [*self._running.values(), *(one for asked in self._asked.values() for one in asked)]
        self._out += [update_tool_call(call_id, status="failed") for call_id in left]
        self._running.clear()
        self._asked.clear()

    def _say(self, text: str) -> None:
        """A word of Loom itself, as a thought: it is no part of the answer."""
        self._out.append(update_agent_thought_text(f"\n\n{sanitize_line(text)}\n\n"))


def _id(turn: str, call_id: str) -> str:
    """The id of a call in its session; models number their calls anew in each turn."""
    return f"{turn}/{call_id}"
