"""An answer that is none, because the model or a filter around it will not give one."""

from loom_core.errors import ModelRefused
from loom_core.sanitize import sanitize_line
from loom_core.types import FinishReason, ModelResponse

_MAX_SHOWN = 300


def raise_if_refused(response: ModelResponse, model: str) -> None:
    """Raise ``ModelRefused`` for a refused answer, so that no call in it runs."""
    if response.finish_reason is FinishReason.REFUSED:
        said = sanitize_line(response.text)[:_MAX_SHOWN] or "no reason given"
        raise ModelRefused(
            f"model {model!r} refused to answer: {said}; put the goal in other words, or give the "
            "role another model"
        )
