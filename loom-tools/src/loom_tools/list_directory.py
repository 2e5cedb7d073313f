"""The tool that shows what is in a directory."""

import asyncio
from typing import Annotated

from pydantic import Field

from loom_core.contracts.tool import RecoveryClass, Risk, Tool, ToolContext
from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.types import ToolResult
from loom_core.workspace import LISTING_LIMIT, Entry, displayed
from loom_tools.arguments import Arguments, Path
from loom_tools.failures import explained


class ListDirectoryArguments(Arguments):
    """Which directory, and how deep."""

    path: Path = "."
    depth: Annotated[int, Field(ge=1, le=10, description="levels to show")] = 2


class ListDirectory(Tool[ListDirectoryArguments]):
    """Shows a directory as a tree."""

    name = "list_directory"
    is_always_offered = True
    purpose = "See which files and directories there are."
    arguments_model = ListDirectoryArguments
    essential = ("path",)
    risk = Risk.READ
    recovery = RecoveryClass.PURE
    is_parallel_safe = True
    untrusted_input = True
    timeout_seconds = 30.0

    async def run(self, arguments: ListDirectoryArguments, context: ToolContext) -> ToolResult:
        """The tree: directories first, ignored files left out."""
        return await asyncio.to_thread(_listed, arguments, context)


def _listed(arguments: ListDirectoryArguments, context: ToolContext) -> ToolResult:
    """List and draw."""
    workspace = context.workspace
    with explained(arguments.path, workspace):
        path = workspace.relative(arguments.path)
        if workspace.is_file(path):
            raise ToolFailed(
                f"{displayed(path)} is a file; use read_file", ErrorCategory.VALIDATION
            )
        entries = workspace.listing(path, depth=arguments.depth, limit=LISTING_LIMIT + 1)
    if not entries:
        return ToolResult(text="(nothing there)")
    level = 0 if path == "." else path.count("/") + 1
    lines = [_line(entry, level) for entry in entries[:LISTING_LIMIT]]
    if len(entries) > LISTING_LIMIT:
        lines.append(
            f"[only the first {LISTING_LIMIT}; use depth=1, or list one of the directories]"
        )
    return ToolResult(text="\n".join(lines))


def _line(entry: Entry, level: int) -> str:
    """One entry, indented below its directory."""
    indent = "  " * (entry.path.count("/") - level)
    mark = "/" if entry.is_directory else " (symbolic link)" if entry.is_symlink else ""
    return f"{indent}{displayed(entry.name)}{mark}"
