"""Servers and their tools as people and programs read them."""

import difflib
import json
from collections.abc import Iterator, Mapping

from loom_core.errors import LoomError
from loom_core.sanitize import sanitize_line, sanitize_text
from loom_mcp.client.described import Described
from loom_mcp.client.shelf import Offer

_MOST_CHARACTERS = 100


def describe_servers(offers: Mapping[str, Offer | LoomError]) -> Iterator[str]:
    """A line for each server and each tool, safe to show."""
    for name, offer in offers.items():
        if isinstance(offer, LoomError):
            yield f"✗ {name}: {sanitize_line(str(offer))}"
            continue
        yield f"✓ {name}: {len(offer.usable)} tools"
        for tool in offer.usable.values():
            yield f"  {tool.full_name}  {sanitize_line(tool.description)[:_MOST_CHARACTERS]}"
        for tool in offer.changed.values():
            yield f"  {tool.full_name}  changed, and refused: loom mcp accept {name} {tool.name}"
        for tool_name, reason in offer.unusable.items():
            yield f"  {name}.{sanitize_line(tool_name)}  not used: {reason}"


def as_rows(offers: Mapping[str, Offer | LoomError]) -> list[dict[str, object]]:
    """The same for programs."""
    return [
        {"server": name, "problem": str(offer), "tools": []}
        if isinstance(offer, LoomError)
        else {"server": name, "problem": None, "tools": _tools(offer)}
        for name, offer in offers.items()
    ]


def describe_change(before: Described, after: Described) -> str:
    """What is different, as a diff that is safe to show."""
    lines = difflib.unified_diff(
        _lines(before), _lines(after), "as accepted", "as it is now", lineterm=""
    )
    return sanitize_text("\n".join([after.full_name, *lines]))


def _tools(offer: Offer) -> list[dict[str, object]]:
    """Every tool with its state."""
    usable = [(tool.full_name, "usable", "") for tool in offer.usable.values()]
    changed = [(tool.full_name, "changed", "") for tool in offer.changed.values()]
    unusable = [(name, "unusable", reason) for name, reason in offer.unusable.items()]
    return [
        {"name": name, "state": state, "reason": reason}
        for name, state, reason in (*usable, *changed, *unusable)
    ]


def _lines(tool: Described) -> list[str]:
    """Everything that a model is told of a tool, in lines."""
    schema = json.dumps(tool.schema, indent=1, sort_keys=True, ensure_ascii=False)
    return [*tool.description.splitlines(), *schema.splitlines()]
