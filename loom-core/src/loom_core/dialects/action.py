"""What a model's reply means once it is decoded: actions, never text to be guessed at again."""

from dataclasses import dataclass

from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class ToolAction:
    """The model wants a tool to run."""

    call_id: str
    tool: str
    arguments: dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Complete:
    """The model claims that the subtask is done."""

    call_id: str
    summary: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Blocked:
    """The model says that the subtask cannot be done."""

    call_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ToolChosen:
    """The model said which tool comes next and has to be asked for its arguments."""

    call_id: str
    tool: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """A call that cannot be read; the problem is what the model is told."""

    call_id: str
    problem: str


Action = ToolAction | ToolChosen | Complete | Blocked | Malformed


@dataclass(frozen=True, slots=True)
class Decoded:
    """The actions of one reply, in order, and what had to be mended to read them."""

    actions: tuple[Action, ...]
    """Empty when the reply holds no action at all: the model just talked."""
    repairs: tuple[str, ...] = ()
