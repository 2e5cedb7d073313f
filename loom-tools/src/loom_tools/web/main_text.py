"""The main text of a page, read by a process of its own."""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from dataclasses import dataclass

from loom_core.errors import ErrorCategory, ToolFailed

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

    The process gets no environment, so that nothing of the user's is in it, and is killed after
    ``READING_SECONDS``. Raises ``ToolFailed`` when it does not come to an end.
    """
    sent = f"{url}\n{html[:MAX_HTML_CHARACTERS]}"  # arguments could be seen by other users
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "loom_tools.web.html_reader"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONPATH": _search_path()},
        cwd=tempfile.gettempdir(),
    )
    try:
        async with asyncio.timeout(READING_SECONDS):
            said, _ = await process.communicate(sent.encode("utf-8", "replace"))
    except TimeoutError:
        said = b""
    finally:
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself
            process.kill()
        await process.wait()
    return _read_answer(said)


def _search_path() -> str:
    """Where this process finds its modules, for one that inherits nothing."""
    return os.pathsep.join(filter(None, sys.path))


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
