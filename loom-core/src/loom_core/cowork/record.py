"""What a session's journal tells: its turns, what it used, and what tools know of it."""

from dataclasses import dataclass, field

from pydantic import JsonValue

from loom_core.engine.window.stubs import result_name
from loom_core.events import (
    EventBody,
    ModelCallFinished,
    PromptAssembled,
    ToolCallFinished,
    TurnAnswered,
    TurnFailed,
    TurnInterrupted,
    TurnStarted,
    TurnSteered,
)
from loom_core.store.turns import turn_number
from loom_core.types import ModelResponse, ModelRole, Usage


@dataclass(slots=True)
class TurnRecord:
    """One turn, as it is shown again when a session is resumed."""

    turn: str
    text: str
    answer: str = ""
    tool_calls: int = 0
    changed_files: list[str] = field(default_factory=list[str])
    usage: Usage = field(default_factory=Usage)


@dataclass(slots=True)
class SessionLog:
    """Everything that follows from the records of a session, whoever wants to show it."""

    turns: list[TurnRecord] = field(default_factory=list[TurnRecord])
    usage: Usage = field(default_factory=Usage)
    beginning: PromptAssembled | None = None
    last_response: ModelResponse | None = None
    """The newest answer, whose usage says how full the window is and what came from the cache."""
    passages: list[str] = field(default_factory=list[str])
    """What was said and seen, the oldest first."""
    seen: dict[str, str] = field(default_factory=dict[str, str])
    """Files that the model has seen: path to SHA-256."""
    results: dict[str, str] = field(default_factory=dict[str, str])
    """Results of tools by name, to be read back."""
    kept: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    """What tools keep for themselves, by their names."""
    open_turn: str = ""
    """The turn that has no end yet; empty when none is open."""

    @property
    def last_turn(self) -> int:
        """The number of the newest turn; 0 before the first."""
        return turn_number(self.turns[-1].turn) if self.turns else 0

    def apply(self, turn: str, body: EventBody) -> None:
        """Take in one record of a turn."""
        match body:
            case PromptAssembled():
                self.beginning = body
            case TurnStarted():
                self._start(turn, body)
            case TurnSteered():
                self.passages.append(f"user: {body.text}")
            case ModelCallFinished():
                self._answered(body)
            case ToolCallFinished():
                self._called(body)
            case TurnAnswered():
                self._end(body.text)
            case TurnInterrupted():
                self._end(body.partial)
            case TurnFailed():
                self._end("")
            case _:
                pass

    def _start(self, turn: str, body: TurnStarted) -> None:
        """A turn begins."""
        self.turns.append(TurnRecord(turn, body.text))
        self.passages.append(f"user: {body.text}")
        self.seen.update(body.seen)
        self.open_turn = turn

    def _answered(self, body: ModelCallFinished) -> None:
        """A model has answered; one that summed up does not tell how full the window is."""
        usage = body.response.usage.model_copy(update={"calls": 1})
        self.usage += usage
        if self.turns:
            self.turns[-1].usage += usage
        if body.role is not ModelRole.EXECUTOR:
            return
        self.last_response = body.response
        if body.response.text.strip():
            self.passages.append(f"answer: {body.response.text}")

    def _called(self, body: ToolCallFinished) -> None:
        """A tool has run."""
        result = body.result
        self.passages.append(f"{body.tool}: {result.text}")
        self.results[result_name(result.text)] = result.text
        seen = result.facts.get("seen")
        if isinstance(seen, dict):
            self.seen.update({path: str(digest) for path, digest in seen.items()})
        if "kept" in result.facts:
            self.kept[body.tool] = result.facts["kept"]
        if not self.turns:
            return
        self.turns[-1].tool_calls += 1
        for change in result.changes:
            if change.path not in self.turns[-1].changed_files:
                self.turns[-1].changed_files.append(change.path)

    def _end(self, answer: str) -> None:
        """The turn is over."""
        self.open_turn = ""
        if self.turns:
            self.turns[-1].answer = answer
