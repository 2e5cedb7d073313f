"""The tool that shows a text file."""

import asyncio
import hashlib
from typing import Annotated

from pydantic import Field, JsonValue

from loom_core.contracts.tool import Intent, RecoveryClass, Risk, Tool, ToolContext
from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.types import ToolResult
from loom_core.workspace import displayed, holds_secrets
from loom_tools.arguments import Arguments, Path
from loom_tools.failures import explained
from loom_tools.text import MAX_RESULT_BYTES, counted, decoded, shortened, shown, split_lines

MAX_READ_BYTES = 16 * 1024 * 1024
"""Larger files are looked at with a program, in parts."""


class ReadFileArguments(Arguments):
    """Which file, and which lines of it."""

    path: Path
    line_start: Annotated[int | None, Field(ge=1, description="first line, from 1")] = None
    line_end: Annotated[int | None, Field(ge=1, description="last line, included")] = None


class ReadFile(Tool[ReadFileArguments]):
    """Shows lines of a text file with their numbers."""

    name = "read_file"
    purpose = "Read a text file, with line numbers."
    arguments_model = ReadFileArguments
    essential = ("path",)
    existing = ("path",)
    risk = Risk.READ
    recovery = RecoveryClass.PURE
    is_parallel_safe = True
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
        """The lines, and the file's hash as a fact."""
        return await asyncio.to_thread(_read, arguments, context)


def _read(arguments: ReadFileArguments, context: ToolContext) -> ToolResult:
    """Read and number the lines."""
    workspace = context.workspace
    with explained(arguments.path, workspace):
        path = workspace.relative(arguments.path)
        data = workspace.read(path, max_bytes=MAX_READ_BYTES)
    text = decoded(data, path)
    lines = split_lines(shown(text))
    first, last = _range(arguments, len(lines), path)
    notes = ["[some bytes are not valid UTF-8 and are shown as \ufffd]"] * (shown(text) != text)
    facts: dict[str, JsonValue] = {"seen": {path: hashlib.sha256(data).hexdigest()}}
    if not lines:
        return ToolResult(text="(the file is empty)", facts=facts)
    numbered, last_shown = _numbered(lines, first, last)
    notes += _left_out(len(lines), first, last_shown)
    return ToolResult(text="\n".join([numbered, *notes]), facts=facts)


def _range(arguments: ReadFileArguments, total: int, path: str) -> tuple[int, int]:
    """First and last line to show, from 1."""
    first = arguments.line_start or 1
    last = min(arguments.line_end or total, total)
    if arguments.line_end is not None and arguments.line_end < first:
        raise ToolFailed(
            f"line_end {arguments.line_end} is before line_start {first}", ErrorCategory.VALIDATION
        )
    if first > max(total, 1):
        raise ToolFailed(
            f"{displayed(path)} has only {counted(total, 'line')}; line_start {first} is past its end",
            ErrorCategory.VALIDATION,
        )
    return first, last


def _numbered(lines: list[str], first: int, last: int) -> tuple[str, int]:
    """The lines with their numbers, as many as fit, and the number of the last one."""
    taken: list[str] = []
    left = MAX_RESULT_BYTES
    for number in range(first, last + 1):
        line = f"{number}\t{shortened(lines[number - 1])}"
        left -= len(line.encode()) + 1
        if left < 0 and taken:
            return "\n".join(taken), number - 1
        taken.append(line)
    return "\n".join(taken), last


def _left_out(total: int, first: int, last: int) -> list[str]:
    """What is not shown, and how to get it."""
    if first == 1 and last == total:
        return []
    rest = f"; go on with line_start={last + 1}" if last < total else ""
    return [f"[lines {first} to {last} of {total}{rest}]"]
