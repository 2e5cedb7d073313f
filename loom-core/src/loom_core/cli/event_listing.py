"""Events of a task for people: one line each, with the time since the task was accepted."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from loom_core.cli.progress.event_line import describe_event
from loom_core.cli.terminal.line import Line
from loom_core.events import Event

_TIME_COLUMNS = 9
_SEQUENCE_COLUMNS = 6
_MOST_COLUMNS = 240
"""A line is for reading; ``--json`` has everything."""


def describe_events(events: Iterable[Event], *, start: datetime, columns: int) -> Iterator[str]:
    """One line for each event: sequence, seconds since the start, type, subtask and content."""
    for event in events:
        seconds = (event.at - start).total_seconds()
        label = f"{event.sequence:>{_SEQUENCE_COLUMNS}} {seconds:>{_TIME_COLUMNS}.2f}s  "
        where = f" {event.subtask_id}#{event.attempt}" if event.subtask_id else ""
        text = f"{event.type}{where}: {_describe(event)}"
        yield Line(text, label=label).format(columns=min(columns, _MOST_COLUMNS))


def _describe(event: Event) -> str:
    lines = describe_event(event.body)
    if lines:
        return lines[0].text
    data = event.body.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(data, ensure_ascii=False)
