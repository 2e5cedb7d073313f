"""The text of a PDF or Word document, taken out by a process that cannot take this one along."""

import asyncio
import contextlib
import json
import sys
import tempfile
from dataclasses import dataclass
from typing import IO

from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.workspace import displayed
from loom_tools.kinds import Kind

TIME_LIMIT_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class DocumentText:
    """What a document says."""

    text: str
    notes: tuple[str, ...]
    """What is left out."""


async def document_text(
    data: bytes, kind: Kind, path: str, *, time_limit_seconds: float = TIME_LIMIT_SECONDS
) -> DocumentText:
    """The text of a document, or as much of it as could be read in time.

    Raises ``ToolFailed`` when nothing of it can be read.
    """
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as written:
        given.write(data)
        given.seek(0)
        await _run_reader(kind, given, written, time_limit_seconds)
        written.seek(0)
        said = _lines(written.read())
    texts = [str(item["text"]) for item in said if "text" in item]
    notes = [str(item["note"]) for item in said if "note" in item]
    problem = next((str(item["error"]) for item in said if "error" in item), "")
    if not problem and not any("end" in item for item in said):
        problem = f"reading it took more than {time_limit_seconds:g} s or too much memory"
    if problem and not texts:
        raise ToolFailed(
            f"{displayed(path)} is {kind.name} that cannot be read: {displayed(problem)[:300]}",
            ErrorCategory.VALIDATION,
        )
    if problem:
        notes.append(f"the rest is missing: {displayed(problem)[:300]}")
    whole = "\n".join(texts).encode("utf-8", "replace").decode()  # halves of characters become ?
    return DocumentText(whole, tuple(notes))


async def _run_reader(
    kind: Kind, given: IO[bytes], written: IO[bytes], time_limit_seconds: float
) -> None:
    """Run the reading program to its end, or kill it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-X",
        "utf8",
        "-m",
        "loom_tools.document_reader",
        kind.document,
        stdin=given,
        stdout=written,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
    )
    try:
        with contextlib.suppress(TimeoutError):  # what was written until then is used
            await asyncio.wait_for(process.wait(), time_limit_seconds)
    finally:
        if process.returncode is None:
            process.kill()
            await asyncio.shield(process.wait())


def _lines(data: bytes) -> list[dict[str, object]]:
    """What the program said; a last line that it did not end is left out."""
    whole = data[: data.rfind(b"\n") + 1].splitlines()
    return [json.loads(line) for line in whole]
