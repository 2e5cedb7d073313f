"""What a reviewer may look with: tools that only read, and nobody is asked for more."""

from collections.abc import Mapping
from typing import Any

from loom_core.contracts.context import PendingCall
from loom_core.contracts.tool import Risk, Tool
from loom_core.types import Decision


def reading_tools(tools: Mapping[str, Tool[Any]]) -> dict[str, Tool[Any]]:
    """Those of some tools that only read, whoever calls them at whatever time."""
    return {
        name: tool
        for name, tool in tools.items()
        if tool.risk is Risk.READ and tool.is_parallel_safe
    }


async def refuse_gated(_step: int, call: PendingCall) -> Decision:
    """No to what is gated, such as files that hold secrets: a review is no reason to open them."""
    if call.is_gated:
        return Decision(approved=False, reason=f"not for a reviewer: {call.reason}", by="harness")
    return Decision(approved=True)
