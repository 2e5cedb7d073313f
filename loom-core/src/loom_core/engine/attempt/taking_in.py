"""What of a result and of an answer goes into the conversation: what fits, and what can be answered."""

from loom_core.contracts.context import ModelFacts
from loom_core.dialects.json_text import without_reasoning
from loom_core.engine.window.fitting import fit_result
from loom_core.types import FinishReason, Image, Message, ModelResponse, ToolResult

_BLIND = "[this model cannot see images, so only this is known of it]"


def taken_in(result: ToolResult, facts: ModelFacts) -> tuple[str, tuple[Image, ...]]:
    """The text and the pictures that a model is given; one that does not see is told so."""
    if result.images and not facts.sees_images:
        return f"{fit_result(result.text, facts.window)}\n{_BLIND}", ()
    return fit_result(result.text, facts.window), result.images


def as_turn(response: ModelResponse) -> Message:
    """The assistant's turn; calls of a reply that was cut off are left out, as nothing answers them."""
    if response.finish_reason is FinishReason.LENGTH:
        cut = response.model_copy(update={"tool_calls": ()})
        return cut.as_message()
    return response.as_message()


def has_answer(response: ModelResponse) -> bool:
    """Whether there is any of an answer beside what was thought."""
    has_thought = bool(response.reasoning) or response.text.lstrip().startswith("<think>")
    return not has_thought or bool(response.tool_calls or without_reasoning(response.text))
