"""How actions are written and read; chosen per model, never mixed within a conversation."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from loom_core.dialects.action import Decoded
from loom_core.types import Image, Message, ModelResponse, ToolSpec


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What an action gave, on its way back to the model."""

    call_id: str
    text: str
    images: tuple[Image, ...] = ()
    """For a model that sees."""


class Dialect(ABC):
    """One way of writing actions. Holds no state: the same reply always means the same."""

    name: str
    calls_through_server: bool = False
    """Whether calls go through the server's own tool calling, which puts the tools into the prompt."""

    @abstractmethod
    def request_tools(self, tools: Sequence[ToolSpec]) -> tuple[ToolSpec, ...]:
        """The tools to hand to the server's own tool calling."""

    @abstractmethod
    def answer_schema(
        self,
        tools: Sequence[ToolSpec],
        *,
        may_end: bool = True,
        files: Sequence[str] | None = None,
    ) -> dict[str, JsonValue] | None:
        """The schema that constrains the text of an answer; None when the text is free.

        Args:
            tools: the tools of the subtask.
            may_end: whether the control actions are allowed now; the harness, not the model,
                decides that a subtask with a failing check goes on.
            files: the files there are, for arguments that must name one; None when they are too
                many to be listed.
        """

    def answer_grammar(
        self,
        tools: Sequence[ToolSpec],
        *,
        may_end: bool = True,
        files: Sequence[str] | None = None,
    ) -> str | None:
        """The GBNF grammar of an answer that is no JSON, arguments as for its schema; usually None."""
        return None

    def arguments_schema(
        self, tool: ToolSpec, *, files: Sequence[str] | None = None
    ) -> dict[str, JsonValue] | None:
        """The schema of the answer to ``ask_for_arguments``; None where no tool is chosen first."""
        return None

    def ask_for_arguments(self, tool: ToolSpec) -> str:
        """What is said after a ``ToolChosen``; empty where no tool is chosen first."""
        return ""

    @abstractmethod
    def describe_tools(self, tools: Sequence[ToolSpec]) -> str:
        """The tools section of the prompt; empty when the server puts them into the prompt."""

    @abstractmethod
    def describe_format(self) -> str:
        """The output format section of the prompt."""

    @abstractmethod
    def decode(self, response: ModelResponse, tools: Sequence[ToolSpec]) -> Decoded:
        """The actions of a reply that was not cut off."""

    @abstractmethod
    def result_messages(self, results: Sequence[ActionResult]) -> tuple[Message, ...]:
        """The turn that answers the actions of one reply."""

    @abstractmethod
    def speak(self, text: str, images: tuple[Image, ...] = ()) -> Message:
        """A turn in which the harness speaks without answering a call, or shows pictures."""
