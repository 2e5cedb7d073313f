"""Where two runs part: their events compared place by place. A pure function of both."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from loom_core import events as e
from loom_core.events import Event
from loom_core.replaying.recording import Place, by_place

_OF_A_SESSION = (
    e.ChangesRedone,
    e.ChangesUndone,
    e.HookFailed,
    e.InstructionGiven,
    e.MemoryForgotten,
    e.PlanningStarted,
    e.TaskClaimed,
    e.TaskCreated,
    e.TaskExecutionStarted,
    e.TaskPaused,
    e.TaskWaiting,
    e.UndoStarted,
)
"""Events that tell how often and where a task was run, or what was done to it afterwards."""
_SHOWN_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class Difference:
    """The first event at one place in which two runs differ."""

    place: Place
    number: int
    """Which event of the place, from 1, without those of a session."""
    expected: str
    """Type of the event in the first run; empty when that had ended there."""
    found: str
    """The same of the second run."""
    field: str = ""
    """The field that differs, when both are of one type: ``outcome.tool_records.0.arguments``."""
    expected_value: str = ""
    found_value: str = ""
    sequence: int = 0
    """Of the event in the first run, or of the last before it."""

    def __str__(self) -> str:
        """The difference in a sentence."""
        name, attempt = self.place
        where = f"{name or 'the task'}{f', attempt {attempt}' if attempt else ''}"
        if self.field:
            return (
                f"{where}, event {self.number} ({self.expected}): {self.field} "
                f"was {self.expected_value} and is {self.found_value}"
            )
        was, now = self.expected or "nothing more", self.found or "nothing more"
        return f"{where}, event {self.number}: was {was} and is {now}"


def differences(first: Sequence[Event], second: Sequence[Event]) -> list[Difference]:
    """The first difference at each place, in the order in which they came up in the first run."""
    old, new = by_place(_compared(first)), by_place(_compared(second))
    places = dict.fromkeys([*old, *new])
    found = [_at(place, old.get(place, []), new.get(place, [])) for place in places]
    return sorted((one for one in found if one is not None), key=lambda one: one.sequence)


def _compared(events: Sequence[Event]) -> list[Event]:
    """The events that tell of the work."""
    return [event for event in events if not isinstance(event.body, _OF_A_SESSION)]


def _at(place: Place, old: Sequence[Event], new: Sequence[Event]) -> Difference | None:
    """The first difference at one place."""
    for number in range(max(len(old), len(new))):
        was = old[number] if number < len(old) else None
        now = new[number] if number < len(new) else None
        if was is not None and now is not None and was.body == now.body:
            continue
        last = was or (old[-1] if old else None)
        sequence = last.sequence if last else 0
        if was is None or now is None or was.type != now.type:
            return Difference(
                place,
                number + 1,
                was.type if was else "",
                now.type if now else "",
                sequence=sequence,
            )
        field, a, b = _first_field(
            was.body.model_dump(mode="json"), now.body.model_dump(mode="json")
        )
        return Difference(place, number + 1, was.type, now.type, field, a, b, sequence)
    return None


def _first_field(old: JsonValue, new: JsonValue, path: str = "") -> tuple[str, str, str]:
    """Path and values of the first leaf that differs."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in dict.fromkeys([*old, *new]):
            if old.get(name) != new.get(name):
                return _first_field(
                    old.get(name), new.get(name), f"{path}.{name}" if path else name
                )
    if isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            was = old[index] if index < len(old) else None
            now = new[index] if index < len(new) else None
            if was != now:
                return _first_field(was, now, f"{path}.{index}")
    return path, _shown(old), _shown(new)


def _shown(value: JsonValue) -> str:
    """A value in short."""
    text = repr(value) if value is not None else "nothing"
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
