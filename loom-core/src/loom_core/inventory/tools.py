"""The installed tools as people and programs see them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeGuard

from loom_core.contracts.tool import Risk, Tool
from loom_core.extensions import Group, LoadedPart, load_all


@dataclass(frozen=True, slots=True)
class ToolInfo:
    """One tool, or why it cannot be used."""

    name: str
    purpose: str = ""
    risk: str = ""
    """read, write, execute or network."""
    labels: tuple[str, ...] = ()
    """What its results hold and whether it can send something away; see ``Tool``."""
    distribution: str = ""
    problem: str = ""
    """Empty for a tool that can be used."""


def list_tools(*, disabled: Collection[str]) -> list[ToolInfo]:
    """Every tool that is not disabled, by name; broken ones with the reason."""
    loaded = load_all(Group.TOOLS, disabled=disabled)
    broken = [ToolInfo(name, problem=str(error)) for name, error in loaded.failures.items()]
    return sorted([*map(_describe, loaded.parts.values()), *broken], key=lambda tool: tool.name)


def _describe(part: LoadedPart) -> ToolInfo:
    tool = part.value
    if _is_tool(tool):
        return ToolInfo(part.name, tool.purpose, tool.risk.value, _labels(tool), part.distribution)
    problem = f"{part.distribution} registers {tool!r}, which is no subclass of Tool"
    return ToolInfo(part.name, distribution=part.distribution, problem=problem)


def _labels(tool: type[Tool[Any]]) -> tuple[str, ...]:
    """The labels that decide when a call has to ask before it sends something away."""
    has = {
        "private": tool.reads_private,
        "untrusted": tool.untrusted_input,
        "egress": tool.egress or tool.risk is Risk.NETWORK,
    }
    return tuple(name for name, is_set in has.items() if is_set)


def _is_tool(value: object) -> TypeGuard[type[Tool[Any]]]:
    return isinstance(value, type) and issubclass(value, Tool)
