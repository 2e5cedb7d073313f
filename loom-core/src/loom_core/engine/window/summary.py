"""A summary of the older turns of a conversation, in the place of these turns."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from loom_core.contracts.context import Context
from loom_core.dialects.json_text import first_object
from loom_core.engine.window.fitting import conversation_tokens
from loom_core.errors import ModelError
from loom_core.json_schema import slim_schema
from loom_core.prompts import CHARACTERS_PER_TOKEN
from loom_core.types import FinishReason, Message, ModelRole, Role

_MOST_CALLS = 40
_MOST_NOTES = 24
_MAX_ANSWER_TOKENS = 600
_READ_SHARE = 0.5
"""The part of the window that the turns to be summed up may fill."""
_KEPT_SHARE = 0.25
"""The part of the window that the last turns may fill that stay as they are."""
_SUMMARY_SHARE = 0.15
"""The part of the window that a summary may fill; it stays for the rest of the attempt."""
_INSTRUCTION = (
    "You take notes on a job that goes on. You are given its record so far. Answer with one JSON "
    "object: found = facts that are needed later (names, values, errors), left = what is still to be "
    "done. Write only what the record says."
)

_Line = Annotated[str, Field(max_length=240)]


class Notes(BaseModel):
    """What a model notes of older turns."""

    model_config = ConfigDict(extra="ignore")

    found: Annotated[list[_Line], Field(max_length=10)] = []
    left: Annotated[list[_Line], Field(max_length=6)] = []


def first_kept(messages: Sequence[Message], *, prompt_turns: int, window: int) -> int:
    """The index of the first turn that stays: an answer of the model, so that the roles alternate.

    The last exchange always stays; older ones as far as they fill no more than a part of the window.
    """
    kept = len(messages)
    tokens = 0
    for index in range(len(messages) - 1, prompt_turns - 1, -1):
        tokens += conversation_tokens(messages[index : index + 1])
        if messages[index].role is not Role.ASSISTANT:
            continue
        if kept < len(messages) and tokens > window * _KEPT_SHARE:
            break
        kept = index
    return kept


def summary_of(calls: Sequence[str], notes: Sequence[str], *, window: int) -> str:
    """The text that stands for older turns; the oldest lines go where it would grow too long.

    Args:
        calls: a line for each call that was made, as it was recorded.
        notes: what a model noted beside it; empty where none could. They take at most half.
        window: tokens of the window.
    """
    limit = int(window * _SUMMARY_SHARE * CHARACTERS_PER_TOKEN)
    noted = _newest(notes[-_MOST_NOTES:], limit // 2)
    done = _newest(calls[-_MOST_CALLS:], limit - sum(map(len, noted)))
    parts = ["## Done so far (older turns were left out)"]
    if len(calls) > len(done):
        parts.append(f"- {len(calls) - len(done)} calls before these")
    return "\n".join((*parts, *done, *noted))


def with_summary(prompt: Sequence[Message], text: str, kept: Sequence[Message]) -> list[Message]:
    """The conversation with a summary at the end of its prompt, before the turns that stay.

    No turn of its own: many templates want user and model to alternate.
    """
    *before, last = prompt
    told = last.model_copy(update={"text": f"{last.text}\n\n{text}"})
    return [*before, told, *kept]


async def notes_on(context: Context, old: Sequence[Message], *, window: int) -> list[str]:
    """A model's notes on older turns, a line each; none when it gives none that can be read.

    The calls as they were recorded stand beside them, so that nobody has to believe them.

    Args:
        context: for the call of the model.
        old: the turns.
        window: tokens of the window.
    """
    record = "\n\n".join(f"{turn.role.value}: {_said(turn)}" for turn in old)
    record = record[: int(window * _READ_SHARE * CHARACTERS_PER_TOKEN)]
    messages = (
        Message(role=Role.SYSTEM, text=_INSTRUCTION),
        Message(role=Role.USER, text=record),
    )
    try:
        response = await context.ask_model(
            ModelRole.EXTRACTOR,
            messages,
            answer_schema=slim_schema(Notes.model_json_schema()),
            max_tokens=_MAX_ANSWER_TOKENS,
        )
    except ModelError:
        return []  # it is in the journal, and the calls alone tell the truth too
    found = first_object(
        response.text, may_repair=response.finish_reason is not FinishReason.LENGTH
    )
    try:
        notes = Notes.model_validate(found.value if found is not None else {})
    except ValidationError:
        return []
    return [*(f"noted: {it}" for it in notes.found), *(f"left to do: {it}" for it in notes.left)]


def _said(turn: Message) -> str:
    """A turn as a reader sees it."""
    calls = [f"{call.name} {call.arguments}" for call in turn.tool_calls]
    return "\n".join(part for part in (turn.text, *calls) if part)


def _newest(lines: Sequence[str], limit: int) -> list[str]:
    """The last lines, as items of a list, as many as fit into so many characters."""
    items = [f"- {line}" for line in lines]
    while sum(map(len, items)) > limit:
        del items[0]
    return items
