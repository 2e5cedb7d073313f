"""Taking away what a call left that a crash cut off before it had its effect."""

from collections.abc import Mapping

from pydantic import JsonValue

from loom_core.workspace import Workspace


def clear_leftovers(intent: Mapping[str, JsonValue], workspace: Workspace) -> None:
    """Remove the empty directories that a call made on its way and put nothing into.

    Args:
        intent: the facts of the call, of which ``path`` and ``parents_made`` tell.
        workspace: where it ran.
    """
    path, count = intent.get("path"), intent.get("parents_made")
    if isinstance(path, str) and isinstance(count, int):
        workspace.remove_made(path, count)
