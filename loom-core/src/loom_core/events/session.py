"""What happens in a cowork session, which is a conversation of turns and has no plan."""

from loom_core.events.body import EventBody
from loom_core.types import Image


class TurnStarted(EventBody):
    """The user said something; a turn of a session begins, as a subtask of its own."""

    text: str
    """What was typed."""
    sent: str
    """What the model is given: the text, with the files that it mentions."""
    images: tuple[Image, ...] = ()
    seen: dict[str, str] = {}
    """Files shown in it: path to the SHA-256 of what was shown."""
    is_note: bool = False
    """Whether no model answers: it is told with the next turn, as of a command of the user."""


class TurnSteered(EventBody):
    """The user said something while the model was at work; it is told before its next answer."""

    text: str


class TurnAnswered(EventBody):
    """The model has answered, and the user is next."""

    text: str


class TurnInterrupted(EventBody):
    """The turn was stopped; what it did until then stands."""

    reason: str
    partial: str = ""
    """What the user had seen of the answer that was cut off."""


class TurnFailed(EventBody):
    """The turn ended without an answer."""

    reason: str


class SessionSummarized(EventBody):
    """Older turns of the conversation became a summary, so that it fits the window."""

    summary: str
    kept_messages: int
    """How many messages at the end of the conversation stay as they are."""
