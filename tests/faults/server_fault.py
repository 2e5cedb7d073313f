"""One row of the table of faults, and how a run with it has to end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from broken_answer import Stage, Tape

from loom_core.testing import Reply


class Ends(Enum):
    """How a run has to end whose every answer has the fault."""

    WELL = "completed: the fault does no harm"
    BADLY = "failed or paused, with nothing done: there is no answer that could be used"
    SOMEHOW = "any of those, but completed only with the right file"


Play = Callable[[Stage, Tape], Awaitable[None]]


@dataclass(frozen=True)
class ServerFault:
    """One way in which real servers go wrong."""

    name: str
    ends: Ends
    play: Play | None = None
    """Breaks a right answer on its way out."""
    change: Callable[[Reply], Reply] | None = None
    """Makes the model say something else at every turn."""
    model: dict[str, Any] = field(default_factory=dict)
    """Settings of the model under which it shows quickly."""
    settings: str = ""
    """Other settings, of the same kind."""
    apis: tuple[str, ...] = ("openai", "ollama", "anthropic")
    """The APIs in which there is such a thing."""
    mends: bool = False
    """Whether the run is completed when only the first answer has the fault."""

    def __str__(self) -> str:
        return self.name


def into(table: list[ServerFault], ends: Ends, **common: Any) -> Callable[..., Any]:
    """A decorator with the fault's fields that puts a function into a table, under its name."""

    def with_fields(**fields: Any) -> Callable[[Play], Play]:
        def put(play: Play) -> Play:
            table.append(ServerFault(play.__name__, ends, play, **common, **fields))
            return play

        return put

    return with_fields
