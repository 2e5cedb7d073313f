"""What the store asks of a database; one class for each kind does it, and nothing else differs."""

from typing import Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from loom_core.errors import StoreError

__all__ = ["Database"]


class Database(Protocol):
    """A database that is or can be Loom's: one writing connection, any number of reading ones."""

    writing: Engine
    """Its transactions begin with the lock that lets one writer at a time in, of all processes."""
    reading: Engine
    """Its transactions see one state of the database, and cannot write."""

    @property
    def name(self) -> str:
        """What messages call it, without any password."""
        ...

    @property
    def setting(self) -> str:
        """The setting to change for another one."""
        ...

    @property
    def can_back_up(self) -> bool:
        """Whether Loom itself can make a backup of it."""
        ...

    def prepare(self) -> None:
        """Make what must be there before the first connection. Raises ``StoreError``."""
        ...

    def close(self) -> None:
        """Close every connection that is not in use."""
        ...

    def set_durability(self, connection: Connection, *, survives_power_cut: bool) -> None:
        """Choose, between transactions, whether the next commits wait for the disk."""
        ...

    def foreign_commits(self, connection: Connection) -> object:
        """A value that stays equal as long as nobody else commits; None when that cannot be told."""
        ...

    def shared_time(self, connection: Connection) -> int | None:
        """Microseconds since 1970 by a clock that all its users share; None when it has none."""
        ...

    def explained(self, error: DBAPIError) -> StoreError:
        """The error to raise for one of the driver: what happened, to which database, what to do."""
        ...
