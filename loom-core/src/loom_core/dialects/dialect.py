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
