"""A page as text, and the pages that a run has already read."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.sanitize import sanitize_line, sanitize_text
from loom_tools.web.charset import decoded_page
from loom_tools.web.fetching import Response
from loom_tools.web.main_text import MAX_HTML_CHARACTERS, read_main_text
from loom_tools.web.media_kind import (
    MediaKind,
    looks_binary,
    looks_like_html,
    media_kind,
    media_type,
)

MAX_CACHED_PAGES = 50
MAX_CACHED_CHARACTERS = 20_000_000
_MAX_DIGITS = 20
_MAX_TITLE = 300


@dataclass(frozen=True, slots=True)
class Page:
    """What was read, fit to be shown."""

    url: str
    """Where it came from, after redirects."""
    title: str
    text: str
    is_cut: bool
    """Whether the page was larger than what is read."""


def require_readable(response: Response) -> None:
    """Raise ``ToolFailed`` for an answer that is no text, before its body is read."""
    said = response.headers.get("content-type", "")
    if media_kind(said) is MediaKind.BINARY:
        size = response.headers.get("content-length", "")
        is_number = size.isascii() and size.isdigit() and len(size) < _MAX_DIGITS
        bytes_said = f", {int(size):,} bytes" if is_number else ""
        raise ToolFailed(
            f"{response.url.text} is {sanitize_line(media_type(said))[:80]}{bytes_said}, not text; "
            "look for a page that says the same",
            ErrorCategory.VALIDATION,
        )


async def page_of(response: Response, *, extract_text: bool) -> Page:
    """The page in an answer; its main text as Markdown when it is HTML and that is wanted."""
    text, is_html = await asyncio.to_thread(_decoded, response)
    title, is_cut = "", response.is_cut
    if is_html and extract_text:
        read = await read_main_text(text, response.url.text)
        is_cut = is_cut or len(text) > MAX_HTML_CHARACTERS
        text, title = read.text, read.title
    # Five million control characters take seconds, which the event loop does not have.
    shown = await asyncio.to_thread(sanitize_text, text)
    return Page(response.url.text, sanitize_line(title)[:_MAX_TITLE], shown.strip(), is_cut)


def _decoded(response: Response) -> tuple[str, bool]:
    """The text of an answer, and whether it is HTML. Raises ``ToolFailed`` when it is no text."""
    said = response.headers.get("content-type", "")
    kind = media_kind(said)
    text = decoded_page(response.body, said)
    if looks_binary(text):
        raise ToolFailed(f"{response.url.text} is binary, not text", ErrorCategory.VALIDATION)
    unsaid_html = kind is MediaKind.UNSAID and looks_like_html(text)
    return text, kind is MediaKind.HTML or unsaid_html


class PageCache:
    """The pages of a run, the least recently used leave first; for as long as the tool lives."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        self._pages: OrderedDict[tuple[str, str, bool], Page] = OrderedDict()

    def get(self, task_id: str, url: str, *, extract_text: bool) -> Page | None:
        """The page as one task read it before; None when it did not."""
        key = (task_id, url, extract_text)
        if key in self._pages:
            self._pages.move_to_end(key)
        return self._pages.get(key)

    def keep(self, task_id: str, url: str, page: Page, *, extract_text: bool) -> None:
        """Keep a page, and forget others when there are too many."""
        self._pages[(task_id, url, extract_text)] = page
        while len(self._pages) > MAX_CACHED_PAGES or self._characters() > MAX_CACHED_CHARACTERS:
            self._pages.popitem(last=False)

    def _characters(self) -> int:
        """How much is kept."""
        return sum(len(page.text) for page in self._pages.values())
