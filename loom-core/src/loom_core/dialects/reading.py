"""One call, by name and arguments, read into an action; shared by every dialect."""

from collections.abc import Mapping, Sequence
from typing import cast

from pydantic import JsonValue

from loom_core.dialects.action import Action, Blocked, Complete, Malformed, ToolAction
from loom_core.dialects.arguments import ArgumentsRejected, validate_arguments
from loom_core.dialects.control import (
    BLOCKED,
    COMPLETE,
    BlockedArguments,
    CompleteArguments,
)
from loom_core.dialects.names import match_name, suggest
from loom_core.types import ToolSpec

_NAME_KEYS = ("tool", "name", "action", "function", "tool_name")
_ARGUMENT_KEYS = ("arguments", "parameters", "args", "input", "action_input")


def read_call(
    call_id: str, name: str, arguments: Mapping[str, JsonValue], tools: Sequence[ToolSpec]
) -> tuple[Action, tuple[str, ...]]:
    """The action that a call means, and what had to be mended to know it."""
    offered = [tool.name for tool in tools] + [COMPLETE, BLOCKED]
    known = match_name(name, offered)
    if known is None:
        problem = f"There is no tool {name!r}.{suggest(name, offered)} Tools: {', '.join(offered)}."
        return Malformed(call_id, problem), ()
    repairs = () if known == name else (f"tool name {name!r} read as {known!r}",)
    try:
        if known == COMPLETE:
            done = validate_arguments(CompleteArguments, _listed_evidence(arguments))
            return Complete(call_id, done.summary, tuple(done.evidence)), repairs
        if known == BLOCKED:
            return Blocked(call_id, validate_arguments(BlockedArguments, arguments).reason), repairs
    except ArgumentsRejected as problem:
        return Malformed(call_id, f"{known}: {problem}"), repairs
    return ToolAction(call_id, known, dict(arguments)), repairs


def read_object(
    call_id: str, value: Mapping[str, JsonValue], tools: Sequence[ToolSpec]
) -> tuple[Action, tuple[str, ...]] | None:
    """The action that a JSON object means, flat or nested; None if it does not name a tool."""
    name_key = next((key for key in _NAME_KEYS if isinstance(value.get(key), str)), None)
    function = value.get("function")
    if name_key is None and isinstance(function, dict):
        return read_object(call_id, function, tools)
    if name_key is None:
        return None
    rest = {key: item for key, item in value.items() if key != name_key}
    nested = next((key for key in _ARGUMENT_KEYS if isinstance(rest.get(key), dict)), None)
    arguments = cast("dict[str, JsonValue]", rest[nested]) if nested else rest
    return read_call(call_id, cast("str", value[name_key]), arguments, tools)


def _listed_evidence(arguments: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The arguments of complete with a single piece of evidence made a list, and both bounded."""
    fitted = dict(arguments)
    if isinstance(evidence := fitted.get("evidence"), str):
        fitted["evidence"] = [evidence] if evidence else []
    if isinstance(evidence := fitted.get("evidence"), list):
        fitted["evidence"] = [str(item)[:300] for item in evidence[:5]]
    if isinstance(summary := fitted.get("summary"), str):
        fitted["summary"] = summary[:600]
    return fitted
