"""The main text of a page, read by a process of its own."""

import asyncio
import json
from dataclasses import dataclass

from loom_core.errors import ErrorCategory, ToolFailed
from loom_tools.reader_process import run_reader

READING_SECONDS = 12.0
MAX_HTML_CHARACTERS = 2_000_000
"""Finding the main text takes about four seconds for each million."""


@dataclass(frozen=True, slots=True)
class MainText:
    """What a page says."""

    title: str
    text: str


async def read_main_text(html: str, url: str) -> MainText:
    """Title and main text of a page as Markdown.

    Raises ``ToolFailed`` when that takes more than ``READING_SECONDS``.
    """
    sent = f"{url}\n{html[:MAX_HTML_CHARACTERS]}"  # arguments could be seen by other users
    said = await run_reader(
        "loom_tools.web.html_reader",
        given=sent.encode("utf-8", "replace"),
        time_limit_seconds=READING_SECONDS,
    )
    return await asyncio.to_thread(_read_answer, said)


def _read_answer(said: bytes) -> MainText:
    """What the process said; nothing when it was killed or broke down."""
    try:
        answer = json.loads(said)
    except ValueError:
        raise ToolFailed(
            "the page is too large or too tangled to find its main text; "
            "call again with extract_text=false to get its source",
            ErrorCategory.RUNTIME,
        ) from None
    return MainText(answer["title"], answer["text"])
