"""What a model is told of connections that a command was refused."""

from collections.abc import Sequence

_MOST_NAMED = 5


def told_of_refused(refused: Sequence[str]) -> list[str]:
    """A line that names them and says who can change the list; none when nothing was refused."""
    if not refused:
        return []
    more = len(refused) - _MOST_NAMED
    named = "; ".join([*refused[:_MOST_NAMED], *([f"{more} more"] if more > 0 else [])])
    is_about_list = any("is not in sandbox.allowed_hosts" in reason for reason in refused)
    advice = " Only a person can allow more; go on without it or say what is needed."
    return [f"Refused: {named}.{advice if is_about_list else ''}"]
