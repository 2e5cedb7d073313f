"""What the user says while a model works, at the tail of its next request."""

from collections.abc import Sequence

from loom_core.types import Message, Role

_BEGINNING = "The user has just said this; where it differs from what was said before, it counts:"


def instruction_text(texts: Sequence[str]) -> str:
    """What a model is told of the instructions."""
    return "\n".join((_BEGINNING, *texts))


def with_instructions(messages: Sequence[Message], texts: Sequence[str]) -> list[Message]:
    """The conversation with instructions at its tail; nothing before its last turn is touched.

    A user's turn that is not sent yet takes them in, because many templates want the roles to
    alternate. A tool's result does not: what stands there is data.
    """
    if not texts:
        return list(messages)
    said, last = instruction_text(texts), messages[-1]
    if last.role is not Role.USER:
        return [*messages, Message(role=Role.USER, text=said)]
    return [*messages[:-1], last.model_copy(update={"text": f"{last.text}\n\n{said}"})]
