"""The tool that reads a page of the web."""

import asyncio
from typing import Annotated

from pydantic import Field

from loom_core.contracts.tool import Intent, RecoveryClass, Risk, Tool, ToolContext
from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.network import WebUrl
from loom_core.types import ToolResult
from loom_tools.arguments import Arguments
from loom_tools.text import MAX_RESULT_BYTES
from loom_tools.web.failures import REACHES_OUT, refuse_when_offline, web_failures_explained
from loom_tools.web.fetching import Fetcher, Response
from loom_tools.web.page import Page, PageCache, page_of, require_readable
from loom_tools.web.robots import Robots
from loom_tools.web.untrusted import marked_untrusted

MAX_PAGE_BYTES = 5 * 1024 * 1024
"""How much of a page is read, both compressed and not."""
FETCH_SECONDS = 30.0
"""For the connections of one call together; finding the main text has a limit of its own."""
_FOR_MARKS_AND_NOTES = 512
_STATUS_CATEGORIES = {
    401: ErrorCategory.PERMISSION,
    403: ErrorCategory.PERMISSION,
    404: ErrorCategory.NOT_FOUND,
    410: ErrorCategory.NOT_FOUND,
}


class WebFetchArguments(Arguments):
    """Which page, and which part of it."""

    url: Annotated[str, Field(min_length=1, max_length=4000)]
    extract_text: Annotated[bool, Field(description="false: the page's source")] = True
    start: Annotated[int, Field(ge=0, description="character to go on from")] = 0


class WebFetch(Tool[WebFetchArguments]):
    """Reads one page and gives its main text as Markdown.

    Only public addresses are reached; what is reached and how redirects, sizes and times are bounded
    is in ``loom_core.network`` and ``loom_tools.web``. A site's robots.txt is honoured, under the name
    Loom: not a person but a model decides what is read, and it may read many pages unattended. A page
    is read once in a task; calls for further parts of it are answered from memory.
    """

    name = "web_fetch"
    purpose = "Read a web page as Markdown; JSON and plain text as they are."
    arguments_model = WebFetchArguments
    essential = ("url",)
    risk = Risk.NETWORK
    recovery = RecoveryClass.PURE
    is_parallel_safe = True
    timeout_seconds = 45.0
    untrusted_input = True
    egress = True

    def __init__(self, fetcher: Fetcher | None = None) -> None:
        """Read with a fetcher; without one, with one that reaches public addresses only."""
        self._fetcher = fetcher or Fetcher()
        self._robots = Robots(self._fetcher)
        self._cache = PageCache()

    async def intend(self, arguments: WebFetchArguments, context: ToolContext) -> Intent:
        """The URL as it will be requested; one that is refused anyway is never asked about."""
        refuse_when_offline(is_offline=context.is_offline, tool=self.name)
        with web_failures_explained(self.name):
            preview = f"fetch {WebUrl.parse(arguments.url).text}"
        return Intent(preview=preview, reason=REACHES_OUT)

    async def run(self, arguments: WebFetchArguments, context: ToolContext) -> ToolResult:
        """The page, or the part of it from ``start`` on."""
        refuse_when_offline(is_offline=context.is_offline, tool=self.name)
        with web_failures_explained(f"fetching {arguments.url[:200]}"):
            url = WebUrl.parse(arguments.url)
            wanted = arguments.extract_text
            page = self._cache.get(context.task_id, url.text, extract_text=wanted)
            if page is None:
                page = await page_of(await self._get(url), extract_text=wanted)
                self._cache.keep(context.task_id, url.text, page, extract_text=wanted)
        return _shown(page, url, arguments.start)

    async def _get(self, url: WebUrl) -> Response:
        """The answer with the page. Raises ``ToolFailed`` when the site answers something else."""
        async with asyncio.timeout(FETCH_SECONDS):
            response = await self._fetcher.get(
                url,
                max_bytes=MAX_PAGE_BYTES,
                check=self._robots.require_allowed,
                admit=require_readable,
            )
        if response.status not in range(200, 300):
            raise ToolFailed(
                f"{response.url.text} answered HTTP {response.status}{_wait(response)}",
                _STATUS_CATEGORIES.get(response.status, ErrorCategory.RUNTIME),
            )
        return response


def _wait(response: Response) -> str:
    """How long the site asks to wait, as the end of a sentence."""
    seconds = response.headers.get("retry-after", "")
    return f"; try again in {seconds[:6]} s" if seconds.isascii() and seconds.isdigit() else ""


def _shown(page: Page, url: WebUrl, start: int) -> ToolResult:
    """A part of the page, and how to get the next one."""
    total = len(page.text)
    if start and start >= total:
        raise ToolFailed(
            f"the page has only {total} characters; start {start} is past its end",
            ErrorCategory.VALIDATION,
        )
    head = [page.url + (f" (redirected from {url.text})" if page.url != url.text else "")]
    head += [f"Title: {page.title}"] if page.title else []
    around = _FOR_MARKS_AND_NOTES + len("\n".join(head).encode())
    part = _fitting(page.text[start:], MAX_RESULT_BYTES - around)
    end = start + len(part)
    notes: list[str] = []
    if (start, end) != (0, total):
        rest = f"; go on with start={end}" if end < total else ""
        notes.append(f"[characters {start} to {end} of {total}{rest}]")
    if page.is_cut:
        notes.append("[the page goes on, but no more of it is read]")
    body = marked_untrusted("\n".join([*head, "", part or "(the page holds no text)"]))
    return ToolResult(text="\n".join([body, *notes]), facts={"url": page.url})


def _fitting(text: str, room_bytes: int) -> str:
    """As much of the beginning as fits, up to a line's end where one is near."""
    part = text[:room_bytes].encode()[:room_bytes].decode("utf-8", "ignore")
    if len(part) == len(text):
        return part
    line_end = part.rfind("\n", len(part) * 3 // 4)
    return part[: line_end + 1] if line_end >= 0 else part
