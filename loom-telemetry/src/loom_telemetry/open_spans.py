"""The spans that have begun and not ended: of tasks, of their subtasks, and of calls in those."""

from dataclasses import dataclass, field
from datetime import datetime

from opentelemetry.trace import Span, Status, StatusCode

from loom_core.events import Event
from loom_telemetry import names
from loom_telemetry.tracing import Attributes, Tracing, nanoseconds

Place = tuple[str, int]
"""A subtask and its attempt; empty and 0 for the task itself."""

_WORKFLOW = "loom"


@dataclass(slots=True)
class _Run:
    """The open spans of one run of a task."""

    task: Span
    subtasks: dict[Place, Span] = field(default_factory=dict[Place, Span])
    calls: dict[tuple[Place, str], Span] = field(default_factory=dict[tuple[Place, str], Span])


class OpenSpans:
    """Begins and ends spans; what is never ended, as a cancelled call, ends with what it is part of."""

    def __init__(self, tracing: Tracing) -> None:
        """Make them with this."""
        self._tracing = tracing
        self._runs: dict[str, _Run] = {}

    def start_task(self, event: Event) -> Span:
        """The span of a run of a task, which ends what an earlier run left open."""
        self.end_task(event)
        span = self._tracing.start(
            f"invoke_workflow {_WORKFLOW}",
            at=event.at,
            attributes={
                names.OPERATION: "invoke_workflow",
                names.WORKFLOW: _WORKFLOW,
                names.CONVERSATION: event.task_id,
            },
            trace=event.task_id,
        )
        self._runs[event.task_id] = _Run(span)
        return span

    def start_subtask(self, event: Event) -> None:
        """The span of an attempt of a subtask, or of a turn of a session."""
        attributes: Attributes = {
            names.OPERATION: "invoke_agent",
            names.AGENT_NAME: event.subtask_id,
            names.CONVERSATION: event.task_id,
            names.SUBTASK: event.subtask_id,
            names.ATTEMPT: event.attempt,
        }
        run = self._run(event)
        run.subtasks[_place(event)] = self._tracing.start(
            f"invoke_agent {event.subtask_id}",
            at=event.at,
            attributes=attributes,
            parent=run.task,
        )

    def start_call(
        self, event: Event, key: str, name: str, attributes: Attributes, *, is_remote: bool = False
    ) -> None:
        """The span of a call; ``key`` tells it from others of its attempt."""
        run = self._run(event)
        run.calls[_place(event), key] = self._tracing.start(
            name,
            at=event.at,
            attributes={
                **attributes,
                names.CONVERSATION: event.task_id,
                names.SUBTASK: event.subtask_id,
                names.ATTEMPT: event.attempt,
            },
            parent=run.subtasks.get(_place(event), run.task),
            is_remote=is_remote,
        )

    def end_call(self, event: Event, key: str, attributes: Attributes, *, error: str = "") -> None:
        """End a call, if its beginning was seen; ``error`` is the kind of what went wrong."""
        run = self._runs.get(event.task_id)
        span = run and run.calls.pop((_place(event), key), None)
        if span is not None:
            _end(span, event.at, attributes, error)

    def end_subtask(self, event: Event, attributes: Attributes, *, error: str = "") -> None:
        """End an attempt with its calls."""
        run = self._runs.get(event.task_id)
        if run is None:
            return
        place = _place(event)
        for key in [key for key in run.calls if key[0] == place]:
            _end(run.calls.pop(key), event.at, {}, "")
        span = run.subtasks.pop(place, None)
        if span is not None:
            _end(span, event.at, attributes, error)

    def end_task(
        self, event: Event, attributes: Attributes | None = None, *, error: str = ""
    ) -> None:
        """End a run of a task with all that is open in it."""
        run = self._runs.pop(event.task_id, None)
        if run is not None:
            _end_run(run, event.at, attributes or {}, error)

    def around(self, event: Event) -> Span | None:
        """The innermost open span of where something happened; None where there is none."""
        run = self._runs.get(event.task_id)
        return run and run.subtasks.get(_place(event), run.task)

    def close(self, at: datetime) -> None:
        """End everything, and send it."""
        for run in self._runs.values():
            _end_run(run, at, {}, "")
        self._runs.clear()
        self._tracing.close()

    def _run(self, event: Event) -> _Run:
        """The run that an event belongs to; it may go on after a wait, without another claim."""
        if event.task_id not in self._runs:
            self.start_task(event)
        return self._runs[event.task_id]


def _place(event: Event) -> Place:
    return event.subtask_id, event.attempt


def _end_run(run: _Run, at: datetime, attributes: Attributes, error: str) -> None:
    for span in (*run.calls.values(), *run.subtasks.values()):
        _end(span, at, {}, "")
    _end(run.task, at, attributes, error)


def _end(span: Span, at: datetime, attributes: Attributes, error: str) -> None:
    span.set_attributes(attributes)
    if error:
        span.set_attribute(names.ERROR_TYPE, error)
        span.set_status(Status(StatusCode.ERROR))
    span.end(nanoseconds(at))
