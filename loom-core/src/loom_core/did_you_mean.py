"""The near name that somebody surely meant, for error messages."""

from collections.abc import Iterable

_CLOSE_ENOUGH = 0.6


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
    close = get_close_matches(plain, by_plain_name, n=1, cutoff=cutoff or _CLOSE_ENOUGH)
    return f"; did you mean {by_plain_name[close[0]]!r}?" if close else ""
