"""SQL that this process has compiled for SQLite, whichever database it was compiled for.

Compiling a statement takes a millisecond or two, more than SQLite takes to run it, and a small task runs
some fifty. SQLAlchemy keeps what it compiled with the engine; here the reading engine and the writing
one share it, and so do all databases that a process opens: each speaks to the same library.
"""

from collections.abc import Iterator, MutableMapping

from sqlalchemy import Compiled

__all__ = ["SharedSql"]

_MAX_STATEMENTS = 500
"""Kept at most; then all are forgotten, which only costs time."""

_Key = tuple[object, ...]


class SharedSql(MutableMapping[_Key, Compiled]):
    """What SQLAlchemy asks for compiled statements, by everything but the engine that compiles.

    For engines of one dialect with the same options only: the key begins with the dialect of an engine.
    """

    def __init__(self) -> None:
        """Start with nothing."""
        self._kept: dict[_Key, Compiled] = {}

    def __getitem__(self, key: _Key) -> Compiled:
        """A statement."""
        return self._kept[key[1:]]

    def __setitem__(self, key: _Key, compiled: Compiled) -> None:
        """Keep a statement."""
        if len(self._kept) >= _MAX_STATEMENTS:
            self._kept.clear()
        self._kept[key[1:]] = compiled

    def __delitem__(self, key: _Key) -> None:
        """Forget a statement."""
        del self._kept[key[1:]]

    def __iter__(self) -> Iterator[_Key]:
        """What is kept, without the dialects."""
        return iter(self._kept)

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._kept)
