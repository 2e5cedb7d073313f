"""Which tools words are about."""

from collections.abc import Sequence

from loom_core.calling import relevance
from loom_core.types import ToolSpec


def ranked(words: str, specs: Sequence[ToolSpec]) -> list[ToolSpec]:
    """The tools that have anything to do with some words, the best first.

    A name that stands in the words as it is counts most.
    """
    scores = [(_score(words, spec), index) for index, spec in enumerate(specs)]
    return [specs[index] for score, index in sorted(scores, key=_order) if score > 0]


def _score(words: str, spec: ToolSpec) -> float:
    """How well a tool fits."""
    server, _, name = spec.name.partition(".")
    said = words.lower()
    named = 10.0 * (spec.name.lower() in said) + 5.0 * (name.lower() in said)
    return named + (1.0 if server in said.split() else 0.0) + relevance(words, spec)


def _order(scored: tuple[float, int]) -> tuple[float, int]:
    """The better first, and of equals the earlier."""
    score, index = scored
    return -score, index
