"""What a model is told of files that were taken out of the workspace after a command."""

from loom_core.workspace import Planted, displayed

_MOST_NAMED = 20


def told_of(planted: Planted) -> list[str]:
    """Lines that name them, say why, and where they are kept; none when nothing was planted."""
    if not planted.paths:
        return []
    named = ", ".join(displayed(path) for path in planted.paths[:_MOST_NAMED])
    more = len(planted.paths) - _MOST_NAMED
    tail = f" and {more} more" if more > 0 else ""
    why = "programs outside of the sandbox obey such files, so only a person may make them"
    lines = [f"Taken back: {named}{tail}; {why}."]
    if planted.archive is not None:
        lines.append(f"What they held is kept for a person, packed, in {planted.archive}.")
    if planted.not_kept:
        lines.append(f"{len(planted.not_kept)} of it could not be kept, such as what is too large.")
    return lines
