"""Which tools a session's model is offered: the same from its first turn to its last."""

from collections.abc import Iterable
from typing import Any

from loom_core.contracts.tool import Tool
from loom_core.dialects import NativeDialect
from loom_core.types import ToolSpec


def offered_specs(tools: Iterable[Tool[Any]], dialect: str) -> list[ToolSpec]:
    """All tools for a model with tool calling of its own, else those that every job may need.

    They stand at the beginning of the prompt, so that a change would cost the whole cache; that is why
    the words of a turn do not choose among them as those of a subtask do.
    """
    is_native = dialect == NativeDialect.name
    return [tool.spec() for tool in tools if is_native or tool.is_always_offered]
