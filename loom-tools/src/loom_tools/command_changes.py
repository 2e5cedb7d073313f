"""What a model is told of the files that a command changed."""

from collections.abc import Sequence

from loom_core.types import FileChange
from loom_core.workspace import displayed

_MOST_NAMED = 20


def named(changes: Sequence[FileChange]) -> list[str]:
    """A line that names what changed; none when nothing did."""
    if not changes:
        return []
    shown = [f"{displayed(change.path)} ({change.kind})" for change in changes[:_MOST_NAMED]]
    more = len(changes) - len(shown)
    return ["Files: " + ", ".join(shown) + (f" and {more} more" if more else "")]
