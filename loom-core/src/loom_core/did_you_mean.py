"""The near name that somebody surely meant, for error messages."""

from collections.abc import Iterable

_CLOSE_ENOUGH = 0.6
_MOST_NEAR = 5
_SHORTEST_BEGINNING = 3
_BEGINNING_WEIGHT = 0.95
"""A beginning is worth a little less than a whole name."""


def did_you_mean(written: str, known: Iterable[str], *, cutoff: float | None = None) -> str:
    """A clause such as ``; did you mean 'server.port'?``, or nothing when no known name is near.

    Args:
        written: the name that is not known.
        known: the names that are.
        cutoff: how near is near, 0 to 1 (``difflib``); None is a good choice for a single word.
    """
    from difflib import get_close_matches  # only errors need it

    by_plain_name = {name.lower().replace("-", "_"): name for name in known}
    plain = written.lower().replace("-", "_")
    near = get_close_matches(plain, by_plain_name, n=_MOST_NEAR, cutoff=cutoff or _CLOSE_ENOUGH)
    if cutoff is None:
        near += _continuations(plain, by_plain_name)
    if not near:
        return ""
    best = max(near, key=lambda name: _nearness(plain, name))
    return f"; did you mean {by_plain_name[best]!r}?"


def _continuations(written: str, known: Iterable[str]) -> list[str]:
    """The name of which the beginning was written, if it is the only one."""
    found = [name for name in known if name.startswith(written)]
    return found if len(found) == 1 and len(written) >= _SHORTEST_BEGINNING else []


def _nearness(written: str, name: str) -> float:
    """How near a name is, 0 to 1; somebody may have stopped typing it halfway."""
    from difflib import SequenceMatcher

    whole = SequenceMatcher(None, written, name).ratio()
    beginning = SequenceMatcher(None, written, name[: len(written)]).ratio()
    return max(whole, _BEGINNING_WEIGHT * beginning)
