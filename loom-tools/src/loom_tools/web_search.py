"""The tool that searches the web."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field, field_validator

from loom_core.contracts.tool import Intent, RecoveryClass, Risk, Tool, ToolContext
from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.network import Resolve, resolve_host
from loom_core.sanitize import sanitize_line
from loom_core.types import ToolResult
from loom_tools.arguments import Arguments
from loom_tools.text import shortened
from loom_tools.web.failures import REACHES_OUT, refuse_when_offline, web_failures_explained
from loom_tools.web.search_gate import SearchGate
from loom_tools.web.untrusted import marked_untrusted

MAX_RESULTS = 20
SEARCH_SECONDS = 30.0

_BACKEND = "duckduckgo"
HOSTS = frozenset({"html.duckduckgo.com:443"})
"""The only one that the backend asks."""
_ANSWER_SECONDS = 12
_MAX_FIELD = 500

_log = logging.getLogger(__name__)


class WebSearchArguments(Arguments):
    """What to look for, and how much of it."""

    query: Annotated[str, Field(max_length=500)]
    max_results: Annotated[int, Field(ge=1, le=MAX_RESULTS)] = 5

    @field_validator("query")
    @classmethod
    def _says_something(cls, query: str) -> str:
        """Refuse a blank query."""
        if not query.strip():
            raise ValueError("the query is empty; give words to search for")
        return query


class WebSearch(Tool[WebSearchArguments]):
    """Asks DuckDuckGo, which needs no key, through the ddgs library.

    The library's own HTTP client goes through a gate that opens DuckDuckGo's one host at public
    addresses only, and it presents itself as a browser: DuckDuckGo gives others no results.
    """

    name = "web_search"
    purpose = "Search the web; gives titles, URLs and snippets."
    arguments_model = WebSearchArguments
    essential = ("query",)
    risk = Risk.NETWORK
    recovery = RecoveryClass.PURE
    is_parallel_safe = True
    timeout_seconds = 45.0
    untrusted_input = True
    egress = True

    def __init__(self, resolve: Resolve = resolve_host) -> None:
        """Let a resolver say where DuckDuckGo is."""
        self._resolve = resolve

    async def intend(self, arguments: WebSearchArguments, context: ToolContext) -> Intent:
        """The words that are sent."""
        refuse_when_offline(is_offline=context.is_offline, tool=self.name)
        words = sanitize_line(arguments.query)
        return Intent(preview=f"search the web (DuckDuckGo) for: {words}", reason=REACHES_OUT)

    async def run(self, arguments: WebSearchArguments, context: ToolContext) -> ToolResult:
        """The results, best first."""
        refuse_when_offline(is_offline=context.is_offline, tool=self.name)
        with web_failures_explained("the search"):
            async with (
                SearchGate(HOSTS, resolve=self._resolve) as gate,
                asyncio.timeout(SEARCH_SECONDS),
            ):
                rows = await _searched(arguments, gate)
        return _shown(rows[: arguments.max_results], arguments.query)


async def _searched(arguments: WebSearchArguments, gate: SearchGate) -> Sequence[Mapping[str, str]]:
    """What the library finds. Raises ``ToolFailed`` when it finds nothing."""
    from ddgs import DDGS  # pyright: ignore[reportUnknownVariableType]  # loaded lazily, untyped
    from ddgs.exceptions import DDGSException, RatelimitException, TimeoutException

    def search() -> list[dict[str, str]]:
        client = DDGS(proxy=gate.url, timeout=_ANSWER_SECONDS)
        return client.text(arguments.query, max_results=arguments.max_results, backend=_BACKEND)

    try:
        return await asyncio.to_thread(search)
    except RatelimitException as error:
        raise ToolFailed(
            "DuckDuckGo refuses more searches for now; try again in a minute", ErrorCategory.RUNTIME
        ) from error
    except TimeoutException as error:
        raise ToolFailed("DuckDuckGo does not answer in time", ErrorCategory.TIMEOUT) from error
    except DDGSException as error:
        _log.debug("the search failed: %s", error)
        raise _failure(gate, str(error)) from error


def _failure(gate: SearchGate, said: str) -> ToolFailed:
    """Why there are no results, as far as anybody can tell."""
    if gate.unreached:
        return ToolFailed(f"DuckDuckGo cannot be reached: {gate.unreached}", ErrorCategory.RUNTIME)
    if gate.refused:
        where = sanitize_line(gate.refused[0])[:100]
        return ToolFailed(f"the search was led to {where}, which is not open", ErrorCategory.SAFETY)
    if "No results" in said:
        return ToolFailed(
            "DuckDuckGo gave no results: nothing matches, or it refuses automated searches for now; "
            "try other words, or again in a minute",
            ErrorCategory.NOT_FOUND,
        )
    return ToolFailed(f"the search failed: {sanitize_line(said)[:300]}", ErrorCategory.RUNTIME)


def _shown(rows: Sequence[Mapping[str, str]], query: str) -> ToolResult:
    """The results as numbered entries."""
    entries = [
        f"{number}. {_field(row, 'title')}\n   {_field(row, 'href')}\n   {_field(row, 'body')}"
        for number, row in enumerate(rows, 1)
    ]
    found = marked_untrusted("\n".join([f"Results for {sanitize_line(query)}", *entries]))
    return ToolResult(text=f"{found}\nRead one with web_fetch.")


def _field(row: Mapping[str, str], name: str) -> str:
    """A field of a result on one line."""
    return shortened(sanitize_line(row.get(name, "")), _MAX_FIELD) or "-"
