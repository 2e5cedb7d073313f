"""What the tools showed: results of commands and of the web, and which detours led on."""

import json
from collections.abc import Iterable, Mapping, Sequence

from pydantic import JsonValue

from loom_core.contracts.tool import Risk
from loom_core.events import EventBody, ToolCallFinished, ToolCallStarted
from loom_core.types import MemoryEntry, MemoryKind, ToolRecord
from loom_core.workspace import holds_secrets

_MOST_RESULTS = 5
_MOST_DETOURS = 3
_BRIEF_CHARACTERS = 200
_TELLING = frozenset({Risk.EXECUTE.value, Risk.NETWORK.value})
"""Tools whose results say something that a later look at the files does not."""


def tool_results(
    story: Sequence[EventBody], records: Sequence[ToolRecord], subtask_id: str
) -> list[MemoryEntry]:
    """The last results of commands and of the web, each with the end of what it gave."""
    risks = {record.tool: record.risk for record in records}
    begun: dict[int, Mapping[str, JsonValue]] = {}
    found: dict[str, MemoryEntry] = {}
    for body in story:
        if isinstance(body, ToolCallStarted):
            begun[body.step] = body.arguments  # steps count anew with each attempt
        if not isinstance(body, ToolCallFinished) or body.result.is_error:
            continue
        arguments = begun.get(body.step, {})
        if risks.get(body.tool) not in _TELLING or _names_secrets(arguments):
            continue
        call = call_text(body.tool, arguments)
        text = f"{call}: {_brief(body.result.text)}"
        found.pop(call, None)  # the last result of the same call counts, in its place
        found[call] = MemoryEntry(
            kind=MemoryKind.TOOL_RESULT, text=text, tags=(subtask_id, body.tool)
        )
    return list(found.values())[-_MOST_RESULTS:]


def detours(records: Sequence[ToolRecord], subtask_id: str) -> list[MemoryEntry]:
    """What did not work and what did instead, which nobody has to find out again."""
    found: list[MemoryEntry] = []
    for index, record in enumerate(records):
        if not (record.is_error and record.was_recovered):
            continue
        instead = _success_of(record.tool, records[index + 1 :])
        if instead is None or _names_secrets(record.arguments):
            continue
        failed = call_text(record.tool, record.arguments)
        worked = call_text(instead.tool, instead.arguments)
        text = f"{failed} failed ({record.category}); what worked then: {worked}"
        tags = (subtask_id, record.tool)
        found.append(MemoryEntry(kind=MemoryKind.DISCOVERY, text=text[:1000], tags=tags))
    return found[-_MOST_DETOURS:]


def call_text(tool: str, arguments: Mapping[str, JsonValue]) -> str:
    """A call on one line, with only the beginning of each argument."""
    shown = ", ".join(f"{name}={_value(value)}" for name, value in arguments.items())
    return f"{tool}({shown})"


def _success_of(tool: str, later: Iterable[ToolRecord]) -> ToolRecord | None:
    """The first call of a tool that succeeded."""
    return next((one for one in later if one.tool == tool and not one.is_error), None)


def _value(value: JsonValue) -> str:
    """An argument in short."""
    text = value if isinstance(value, str) else json.dumps(value)
    line = " ".join(text.split())
    return line if len(line) <= _BRIEF_CHARACTERS else f"{line[:_BRIEF_CHARACTERS]}…"


def _brief(text: str) -> str:
    """The first line and the last of a result: how it ended, and what it said last."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    ends = dict.fromkeys([*lines[:1], *lines[-1:]])
    return " … ".join(line[:_BRIEF_CHARACTERS] for line in ends) or "nothing"


def _names_secrets(arguments: Mapping[str, JsonValue]) -> bool:
    """Whether a call touches a file that usually holds credentials."""
    texts = [value for value in arguments.values() if isinstance(value, str)]
    return any(holds_secrets(word.strip("'\"")) for text in texts for word in text.split())
