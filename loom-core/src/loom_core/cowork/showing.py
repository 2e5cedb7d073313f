"""Calls, results and figures of a session in a few words, for whoever shows them; safe to show."""

from collections.abc import Mapping

from pydantic import JsonValue

from loom_core.cowork.record import SessionLog
from loom_core.sanitize import sanitize_line
from loom_core.types import ModelResponse, ToolResult

_MAX_ARGUMENT = 72
_MAX_RESULT = 100
_LEAST_SECONDS = 0.05
"""Writing that takes less cannot be measured."""


def describe_call(tool: str, arguments: Mapping[str, JsonValue]) -> str:
    """A call by its tool and its first argument, which says what it works on."""
    first = next(iter(arguments.values()), "")
    text = sanitize_line(first if isinstance(first, str) else str(first))
    return f"{sanitize_line(tool)} {_cut(text, _MAX_ARGUMENT)}".rstrip()


def describe_result(result: ToolResult) -> str:
    """The first telling line of a result, and how many more there are."""
    lines = [line for line in result.text.splitlines() if line.strip()]
    if not lines:
        return "nothing"
    more = f"  (+{len(lines) - 1} lines)" if len(lines) > 1 else ""
    return f"{_cut(sanitize_line(lines[0]), _MAX_RESULT)}{more}"


def describe_turn(log: SessionLog, *, window: int, seconds: float) -> str:
    """What a turn took: calls, tokens, speed, how full the window is, and what the cache gave."""
    if not log.turns:
        return ""
    turn, last = log.turns[-1], log.last_response
    parts = [f"{seconds:.1f} s"]
    if turn.tool_calls:
        parts.append(f"{turn.tool_calls} tool call{'s' if turn.tool_calls > 1 else ''}")
    if turn.usage.calls:
        parts.append(f"{turn.usage.prompt_tokens + turn.usage.completion_tokens:,} tokens")
        parts.append(f"{turn.usage.cache_share:.0%} cached")
    if last is not None and turn.usage.calls and (speed := _tokens_per_second(last)):
        parts.append(f"{speed:.0f} tokens/s")
    if window:
        parts.append(f"window {window_share(log, window):.0%} of {window:,}")
    if log.beginning is not None:
        parts.append(sanitize_line(log.beginning.model))
    return " · ".join(parts)


def window_share(log: SessionLog, window: int) -> float:
    """How full the window is after the newest answer, from 0 to 1."""
    if log.last_response is None or not window:
        return 0.0
    usage = log.last_response.usage
    return min(1.0, (usage.prompt_tokens + usage.completion_tokens) / window)


def _tokens_per_second(response: ModelResponse) -> float:
    """How fast an answer was written, without the time of reading; 0 when nobody measured it."""
    times = response.timings
    writing = times.total_seconds - times.first_token_seconds
    return response.usage.completion_tokens / writing if writing > _LEAST_SECONDS else 0.0


def _cut(text: str, limit: int) -> str:
    """The text, or its beginning with a mark."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
