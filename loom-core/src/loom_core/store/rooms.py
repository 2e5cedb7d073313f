"""How a part of the store that is a room of its own reads and writes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection

from loom_core.store.works import Work

__all__ = ["Doors"]

P = ParamSpec("P")
T = TypeVar("T")


class Read(Protocol):
    """Runs a query on a reading connection in another thread."""

    def __call__(
        self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Awaitable[T]: ...


class Write(Protocol):
    """Does one piece of work in a transaction of the writer's."""

    def __call__(self, work: Work[T]) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True)
class Doors:
    """The store's ways to its database."""

    read: Read
    write: Write
