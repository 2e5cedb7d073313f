"""What a model is told of the files that a command changed."""

from collections.abc import Sequence

from loom_core.types import FileChange
from loom_core.workspace import displayed, is_in_git

_MOST_NAMED = 20


def named(changes: Sequence[FileChange]) -> list[str]:
    """A line that names what changed; none when nothing did. Git's own records are not named."""
    named = [change for change in changes if not is_in_git(change.path)]
    if not named:
        return []
    shown = [f"{displayed(change.path)} ({change.kind})" for change in named[:_MOST_NAMED]]
    more = len(named) - len(shown)
    return ["Files: " + ", ".join(shown) + (f" and {more} more" if more else "")]
