"""Spans out of events: a task, its subtasks, their calls of models and tools."""

from collections.abc import Mapping
from datetime import UTC, datetime

from loom_core import events as e
from loom_core.events import Event
from loom_core.settings.shape import ModelSettings
from loom_telemetry import names
from loom_telemetry.described import Describer, error_of, judged
from loom_telemetry.open_spans import OpenSpans
from loom_telemetry.tracing import Tracing, nanoseconds

_TASK_ENDS: Mapping[type[e.EventBody], str] = {
    e.TaskCompleted: "completed",
    e.TaskFailed: "failed",
    e.TaskCancelled: "cancelled",
    e.TaskWaiting: "waiting_approval",
    e.TaskPaused: "paused",
}
"""Events with which a run of a task is over, and how the task stands then."""
_SUBTASK_ENDS: Mapping[type[e.EventBody], str] = {
    e.SubtaskCompleted: "completed",
    e.SubtaskFailed: "failed",
    e.SubtaskBlocked: "blocked",
    e.SubtaskStalled: "stalled",
    e.SubtaskParked: "parked",
    e.TurnAnswered: "answered",
    e.TurnInterrupted: "interrupted",
    e.TurnFailed: "failed",
}
"""The same for an attempt of a subtask, or a turn of a session."""
_BAD = frozenset({"failed", "blocked", "stalled"})

ModelCall = e.ModelCallStarted | e.ModelCallFinished | e.ModelCallFailed
ToolCall = e.ToolCallStarted | e.ToolCallFinished


class Recorder:
    """Sees events, and begins or ends the spans that they are about."""

    def __init__(self, tracing: Tracing, *, shows_content: bool) -> None:
        """Make spans, with texts or without."""
        self._spans = OpenSpans(tracing)
        self._describer = Describer(shows_content=shows_content)
        self._last_at = datetime.fromtimestamp(0, UTC)

    def know_models(self, models: Mapping[str, ModelSettings]) -> None:
        """Know what the names of models stand for."""
        self._describer.models = models

    def see(self, event: Event) -> None:
        """Begin, end or add to a span."""
        self._last_at = event.at
        kind = type(event.body)
        if kind in _TASK_ENDS:
            state = _TASK_ENDS[kind]
            self._spans.end_task(event, {names.STATE: state}, error=_error(state))
        elif kind in _SUBTASK_ENDS:
            state = _SUBTASK_ENDS[kind]
            self._spans.end_subtask(event, {names.STATE: state}, error=_error(state))
        else:
            self._see_work(event)

    def close(self) -> None:
        """End what is open, and send it."""
        self._spans.close(self._last_at)

    def _see_work(self, event: Event) -> None:
        """What happens between the beginning of a task and its end."""
        match event.body:
            case e.TaskClaimed():
                self._spans.start_task(event)
            case e.SubtaskStarted() | e.TurnStarted():
                self._spans.start_subtask(event)
            case e.AttemptFailed(failure=failure, next_step=next_step):
                said = {names.STATE: "failed", names.NEXT_STEP: next_step}
                self._spans.end_subtask(event, said, error=failure.value)
            case e.ModelCallStarted() | e.ModelCallFinished() | e.ModelCallFailed() as body:
                self._see_model_call(event, body)
            case e.ToolCallStarted() | e.ToolCallFinished() as body:
                self._see_tool_call(event, body)
            case _:
                self._note(event)

    def _see_model_call(self, event: Event, body: ModelCall) -> None:
        """A model is asked, or has answered or not."""
        key = f"{body.role.value} {body.step}"
        match body:
            case e.ModelCallStarted():
                asked = self._describer.asked(body)
                name = f"chat {asked[names.REQUEST_MODEL]}"
                self._spans.start_call(event, key, name, asked, is_remote=True)
            case e.ModelCallFinished(response=response):
                self._spans.end_call(event, key, self._describer.answered(response))
            case e.ModelCallFailed(error=error):
                self._spans.end_call(event, key, {}, error=error)

    def _see_tool_call(self, event: Event, body: ToolCall) -> None:
        """A tool runs, or has run."""
        key = f"{body.call_id} {body.step}"
        match body:
            case e.ToolCallStarted(tool=tool):
                called = self._describer.called(body)
                self._spans.start_call(event, key, f"execute_tool {tool}", called)
            case e.ToolCallFinished(result=result):
                resulted = self._describer.resulted(result)
                self._spans.end_call(event, key, resulted, error=error_of(result))

    def _note(self, event: Event) -> None:
        """What is said about a span that is open."""
        span = self._spans.around(event)
        if span is None:
            return
        at = nanoseconds(event.at)
        match event.body:
            case e.PlanCreated(plan=plan) | e.PlanReplaced(plan=plan):
                span.set_attribute(names.SUBTASKS, len(plan.subtasks))
            case e.PromptAssembled() as body:
                span.set_attributes(self._describer.prompted(body))
            case e.VerdictReached() as body:
                span.add_event(names.EVALUATION, judged(body), at)
            case e.ApprovalRequested(approval_id=approval_id):
                span.add_event(names.APPROVAL_REQUESTED, {names.APPROVAL_ID: approval_id}, at)
            case e.ApprovalDecided(approval_id=approval_id, approved=approved):
                said = {names.APPROVAL_ID: approval_id, names.APPROVED: approved}
                span.add_event(names.APPROVAL_DECIDED, said, at)
            case _:
                pass


def _error(state: str) -> str:
    """The kind of error that a state is; empty for none."""
    return state if state in _BAD else ""
