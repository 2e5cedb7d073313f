"""What was wrong with earlier attempts, and what checks demand, in the words of a prompt."""

from collections.abc import Mapping, Sequence

from loom_core.contracts.check import Check
from loom_core.types import CheckSpec

_LAST = 2
_MAX_CHARACTERS = 500


def told_forms(path: str, checks: Sequence[CheckSpec], installed: Mapping[str, Check]) -> list[str]:
    """What checks of one file demand of how it is written, in words."""
    return [
        installed[spec.kind].describe(spec.target, spec.expected)
        for spec in checks
        if spec.target == path and spec.kind in installed and installed[spec.kind].tells_form
    ]


def told(feedback: Sequence[str]) -> str:
    """The last complaints as a paragraph that begins with an empty line; empty without any."""
    if not feedback:
        return ""
    lines = "\n".join(f"- {line[:_MAX_CHARACTERS]}" for line in feedback[-_LAST:])
    return f"\n\nEarlier tries went wrong:\n{lines}"
