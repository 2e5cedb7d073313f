"""A subtask's story in short, for a model that is asked what is worth remembering of it."""

from collections.abc import Iterable, Sequence

from loom_core.events import (
    AttemptFailed,
    EventBody,
    ModelCallFinished,
    QuestionAnswered,
    QuestionAsked,
    ToolCallFinished,
    ToolCallStarted,
    VerdictReached,
)
from loom_core.extraction.tool_facts import call_text

_LINE_CHARACTERS = 400


def digest(story: Sequence[EventBody], *, max_characters: int) -> str:
    """What was called, said and found, a line each; the end of it where it is too long."""
    lines = [line for body in story for line in _lines(body)]
    kept: list[str] = []
    size = 0
    for line in reversed(lines):
        size += len(line) + 1
        if size > max_characters:
            kept.append("[… what was before is left out]")
            break
        kept.append(line)
    return "\n".join(reversed(kept))


def _lines(body: EventBody) -> Iterable[str]:
    """What one event adds."""
    match body:
        case ModelCallFinished(response=response) if response.text.strip():
            yield f"worker: {_short(response.text)}"
        case ToolCallStarted(tool=tool, arguments=arguments):
            yield f"call: {call_text(tool, arguments)}"
        case ToolCallFinished(result=result):
            yield f"{'error' if result.is_error else 'result'}: {_short(result.text)}"
        case AttemptFailed(reason=reason):
            yield f"attempt failed: {_short(reason)}"
        case QuestionAsked(question=question):
            yield f"asked the user: {_short(question)}"
        case QuestionAnswered(answer=answer):
            yield f"the user answered: {_short(answer)}"
        case VerdictReached(verdict=verdict):
            yield f"checked: {verdict.status}: {_short(verdict.feedback) or 'as it should be'}"
        case _:
            pass


def _short(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _LINE_CHARACTERS else f"{line[:_LINE_CHARACTERS]}…"
