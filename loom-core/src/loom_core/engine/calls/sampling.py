"""How the tokens of an attempt are chosen: as usual at first, warmer when it is tried again."""

from loom_core.types import Sampling

_RETRY_TEMPERATURES = (0.5, 0.8, 1.0)
"""Of the second attempt, the third, and all later ones."""
_VARIED_TEMPERATURE = 0.7
"""Of other samples of one answer: at 0 all of them would be the same."""


def sampling_of_attempt(usual: Sampling | None, attempt: int) -> Sampling:
    """As usual at first; a retry is warmer, or it would give the same answer again.

    Args:
        usual: as the settings and the profile say; None for a model that refuses to be told.
        attempt: from 1; 0 outside any subtask.
    """
    if usual is None:
        return Sampling()
    if attempt <= 1:
        return usual
    warmer = _RETRY_TEMPERATURES[min(attempt, len(_RETRY_TEMPERATURES) + 1) - 2]
    warmed = max(usual.temperature or 0.0, warmer)
    return usual.model_copy(update={"temperature": warmed, "seed": attempt})


def sampling_of_variation(usual: Sampling | None, variation: int) -> Sampling:
    """Another sample of an answer than the usual one.

    Args:
        usual: as the settings and the profile say; None for a model that refuses to be told.
        variation: from 1; each is a sample of its own.
    """
    if usual is None:
        return Sampling()
    warmed = max(usual.temperature or 0.0, _VARIED_TEMPERATURE)
    return usual.model_copy(update={"temperature": warmed, "seed": variation})
