"""Events of a task for people: one line each, with the time since the task was accepted."""

from collections.abc import Iterable, Iterator, Sized
from datetime import datetime
from typing import cast

from pydantic import BaseModel

from loom_core import events as e
from loom_core.cli.progress.call_preview import preview_call
from loom_core.cli.progress.event_line import describe_event
from loom_core.cli.terminal.line import Line
from loom_core.cli.terminal.time_text import format_count
from loom_core.cli.terminal.width import fit_width
from loom_core.events import Event, EventBody

_TIME_COLUMNS = 9
_SEQUENCE_COLUMNS = 6
_MOST_COLUMNS = 240
"""A line is for reading; ``--json`` has everything."""
_VALUE_COLUMNS = 60


def describe_events(events: Iterable[Event], *, start: datetime, columns: int) -> Iterator[str]:
    """One line for each event: sequence, seconds since the start, type, subtask and content."""
    for event in events:
        seconds = (event.at - start).total_seconds()
        label = f"{event.sequence:>{_SEQUENCE_COLUMNS}} {seconds:>{_TIME_COLUMNS}.2f}s  "
        content = _describe_body(event.body)
        text = f"{event.type}{_describe_place(event)}{': ' if content else ''}{content}"
        yield Line(text, label=label).format(columns=min(columns, _MOST_COLUMNS))


def _describe_place(event: Event) -> str:
    attempt = f" (attempt {event.attempt})" if event.attempt else ""
    return f" {event.subtask_id}{attempt}" if event.subtask_id else ""


def _describe_body(body: EventBody) -> str:
    match body:
        case e.ToolCallStarted(tool=tool, arguments=arguments):
            return preview_call(tool, arguments)
        case e.ToolCallFinished(tool=tool, result=result):
            outcome = "error: " if result.is_error else ""
            return f"{tool}: {outcome}{_describe_value(result.text)}"
        case e.PlanCreated(plan=plan) | e.PlanReplaced(plan=plan):
            ids = ", ".join(subtask.id for subtask in plan.subtasks)
            return f"{format_count(len(plan.subtasks), 'subtask')}: {ids}"
        case e.OutcomeReached(outcome=outcome):
            return f"{outcome.status.value}: {_describe_value(outcome.summary)}".rstrip(": ")
        case _:
            lines = [line.text for line in describe_event(body)]
            return "; ".join(lines) or ", ".join(_describe_fields(body))


def _describe_fields(body: BaseModel) -> Iterator[str]:
    """The fields that say something, each short."""
    for name in type(body).model_fields:
        value: object = getattr(body, name)
        if value in ("", None, (), {}):
            continue
        yield f"{name.replace('_', ' ')} {_describe_value(value)}"


def _describe_value(value: object) -> str:
    if isinstance(value, tuple | dict):
        return f"({format_count(len(cast('Sized', value)), 'item')})"
    if isinstance(value, BaseModel):
        return ", ".join(_describe_fields(value))
    return fit_width(" ".join(str(value).split()), _VALUE_COLUMNS)
