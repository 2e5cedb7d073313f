"""The tool that shows a file: text, a document as text, or an image."""

import asyncio
import base64
import hashlib
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from loom_core.contracts.tool import Intent, RecoveryClass, Risk, Tool, ToolContext
from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.types import Image, ToolResult
from loom_core.workspace import displayed, holds_secrets
from loom_tools.arguments import Arguments, Path
from loom_tools.documents import document_text
from loom_tools.encoding import decoded
from loom_tools.failures import explained
from loom_tools.kinds import Kind, shown_kind
from loom_tools.numbered import numbered
from loom_tools.text import counted, shown, split_lines

MAX_READ_BYTES = 16 * 1024 * 1024
"""Larger files are looked at with a program, in parts."""
MAX_IMAGE_BYTES = 3 * 1024 * 1024
"""Larger images are refused by the servers of models, or crowd out a model's window."""


class ReadFileArguments(Arguments):
    """Which file, and which lines of it."""

    path: Path
    line_start: Annotated[int | None, Field(ge=1, description="first line, from 1")] = None
    line_end: Annotated[int | None, Field(ge=1, description="last line, included")] = None


class ReadFile(Tool[ReadFileArguments]):
    """Shows lines of a file with their numbers, or an image."""

    name = "read_file"
    is_always_offered = True
    purpose = "Read a file: text with line numbers, a PDF or Word document, an image."
    arguments_model = ReadFileArguments
    essential = ("path",)
    existing = ("path",)
    target_argument = "path"
    risk = Risk.READ
    recovery = RecoveryClass.PURE
    is_parallel_safe = True
    reads_results = True
    reads_private = True
    untrusted_input = True
    timeout_seconds = 10.0

    async def intend(self, arguments: ReadFileArguments, context: ToolContext) -> Intent:
        """Reading is gated only for files that usually hold secrets."""
        secret = holds_secrets(arguments.path)
        path = displayed(arguments.path)
        return Intent(
            preview=f"read {path}",
            is_gated=secret,
            reason=f"{path} usually holds secrets" if secret else "",
        )

    async def run(self, arguments: ReadFileArguments, context: ToolContext) -> ToolResult:
        """The lines or the image, and the file's hash as a fact; an earlier result has none."""
        if (text := context.results.get(arguments.path)) is not None:
            lines = split_lines(text)
            body = numbered(lines, arguments.line_start, arguments.line_end, arguments.path)
            return ToolResult(text=body)
        file = await asyncio.to_thread(_opened, arguments, context)
        found = file.found
        result = await _shown(arguments, file, found) if isinstance(found, Kind) else found
        return result.model_copy(update={"facts": {"seen": {file.path: file.digest}}})


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file that was read."""

    path: str
    """Normalised."""
    data: bytes
    digest: str
    """SHA-256 of the data, in hex."""
    found: ToolResult | Kind
    """The lines of a text; of anything else, what it is."""


def _opened(arguments: ReadFileArguments, context: ToolContext) -> _Opened:
    """The file, made ready as far as a thread can: each change of threads costs as much as reading."""
    path = arguments.path
    with explained(path, context.workspace):
        relative = context.workspace.relative(path)
        data = context.workspace.read(relative, max_bytes=MAX_READ_BYTES)
    digest = hashlib.sha256(data).hexdigest()
    return _Opened(relative, data, digest, shown_kind(data) or _text(arguments, relative, data))


async def _shown(arguments: ReadFileArguments, file: _Opened, kind: Kind) -> ToolResult:
    """A document or an image as a model can take it."""
    path, data = file.path, file.data
    if kind.media_type:
        return _image(path, data, kind)
    document = await document_text(data, kind, path)
    lines = split_lines(document.text) or ["(no text)"]
    body = numbered(lines, arguments.line_start, arguments.line_end, path)
    return ToolResult(text="\n".join([body, *(f"[{note}]" for note in document.notes)]))


def _text(arguments: ReadFileArguments, path: str, data: bytes) -> ToolResult:
    """The lines that were asked for."""
    file = decoded(data, path)
    text = shown(file.text)
    lines = split_lines(text)
    if not lines:
        return ToolResult(text="(the file is empty)")
    notes = [f"[the file is written in {file.codec}]"] * (file.codec != "utf-8")
    notes += ["[some bytes are not valid UTF-8 and are shown as \ufffd]"] * (text != file.text)
    body = numbered(lines, arguments.line_start, arguments.line_end, path)
    return ToolResult(text="\n".join([body, *notes]))


def _image(path: str, data: bytes, kind: Kind) -> ToolResult:
    """The image itself, for a model that sees; in words for one that does not."""
    size = counted(len(data), "byte")
    if len(data) > MAX_IMAGE_BYTES:
        raise ToolFailed(
            f"{displayed(path)} is {kind.name} of {size}, more than the limit of "
            f"{MAX_IMAGE_BYTES:,}; make a smaller copy with shell_execute",
            ErrorCategory.VALIDATION,
        )
    image = Image(media_type=kind.media_type, data=base64.b64encode(data).decode())
    return ToolResult(text=f"{displayed(path)} is {kind.name} of {size}.", images=(image,))
