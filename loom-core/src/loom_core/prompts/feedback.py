"""What was wrong with earlier attempts, in the words of a prompt."""

from collections.abc import Sequence

_LAST = 2
_MAX_CHARACTERS = 500


def told(feedback: Sequence[str]) -> str:
    """The last complaints as a paragraph that begins with an empty line; empty without any."""
    if not feedback:
        return ""
    lines = "\n".join(f"- {line[:_MAX_CHARACTERS]}" for line in feedback[-_LAST:])
    return f"\n\nEarlier tries went wrong:\n{lines}"
