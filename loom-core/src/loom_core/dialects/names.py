"""Names that a model got slightly wrong, matched to the names that it was offered."""

import difflib
import re
from collections.abc import Collection

_CLOSE_ENOUGH = 0.8


def match_name(written: str, offered: Collection[str]) -> str | None:
    """The offered name that was surely meant, or None.

    Case, dashes, a namespace such as ``functions.`` and small misspellings are forgiven.
    """
    if written in offered:
        return written
    plain = {_plain(name): name for name in offered}
    wanted = _plain(written)
    if wanted in plain:
        return plain[wanted]
    close = difflib.get_close_matches(wanted, plain, n=2, cutoff=_CLOSE_ENOUGH)
    return plain[close[0]] if len(close) == 1 else None


def suggest(written: str, offered: Collection[str]) -> str:
    """A did-you-mean for an error message, such as `` Did you mean 'read_file'?``; may be empty."""
    close = difflib.get_close_matches(written, list(offered), n=1, cutoff=0.5)
    return f" Did you mean {close[0]!r}?" if close else ""


def _plain(name: str) -> str:
    """A name without case, namespace and separators."""
    return re.sub(r"[^a-z0-9]", "", name.rsplit(".", 1)[-1].lower())
