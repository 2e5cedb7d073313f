"""The text of a PDF or Word document, taken out by a process that cannot take this one along."""

import asyncio
import json
from dataclasses import dataclass

from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.workspace import displayed
from loom_tools.kinds import Kind
from loom_tools.reader_process import run_reader

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
    written = await run_reader(
        "loom_tools.document_reader",
        kind.document,
        given=data,
        time_limit_seconds=time_limit_seconds,
    )
    said = await asyncio.to_thread(_lines, written)
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


def _lines(data: bytes) -> list[dict[str, object]]:
    """What the program said; a last line that it did not end is left out."""
    whole = data[: data.rfind(b"\n") + 1].splitlines()
    return [json.loads(line) for line in whole]
