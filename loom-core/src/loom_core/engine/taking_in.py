"""What of a tool's result reaches the model: as much text as fits, and pictures if it sees."""

from loom_core.contracts.context import ModelFacts
from loom_core.engine.window import fit_result
from loom_core.types import Image, ToolResult

_BLIND = "[this model cannot see images, so only this is known of it]"


def taken_in(result: ToolResult, facts: ModelFacts) -> tuple[str, tuple[Image, ...]]:
    """The text and the pictures that a model is given; one that does not see is told so."""
    if result.images and not facts.sees_images:
        return f"{fit_result(result.text, facts.window)}\n{_BLIND}", ()
    return fit_result(result.text, facts.window), result.images
