"""Calls of tools in the editor's terms: what kind they are, which files they are about, what came."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from acp.helpers import text_block, tool_content
from acp.schema import ContentToolCallContent, ToolCallLocation, ToolKind
from pydantic import JsonValue

from loom_core.contracts.tool import Risk, Tool
from loom_core.errors import LoomError
from loom_core.sanitize import sanitize_text
from loom_core.workspace import Workspace

_KINDS: dict[Risk, ToolKind] = {
    Risk.READ: "read",
    Risk.WRITE: "edit",
    Risk.EXECUTE: "execute",
    Risk.NETWORK: "fetch",
}
_PATH, _LINE = "path", "line_start"
"""The arguments that name a file and a line of it, by the custom of all tools."""
_MAX_CHARACTERS = 20_000
_FENCE = re.compile(r"^\s*(`{3,})", re.MULTILINE)


def kind_of(tool: Tool[Any] | None) -> ToolKind:
    """The kind of a tool by what it can do."""
    return "other" if tool is None else _KINDS[tool.risk]


def locations_of(
    tool: Tool[Any] | None, arguments: Mapping[str, JsonValue], workspace: Workspace
) -> list[ToolCallLocation]:
    """The files inside the workspace that the arguments name."""
    names = dict.fromkeys([_PATH, *(tool.existing if tool else ())])
    values = (arguments.get(name) for name in names)
    line = arguments.get(_LINE)
    return located(
        (value for value in values if isinstance(value, str)),
        workspace,
        line=line if isinstance(line, int) and line > 0 else None,
    )


def located(
    paths: Iterable[str], workspace: Workspace, *, line: int | None = None
) -> list[ToolCallLocation]:
    """The places of paths in the workspace; those outside are none of the editor's business."""
    found: list[ToolCallLocation] = []
    for path in dict.fromkeys(paths):
        try:
            name = workspace.relative(path)
        except (LoomError, OSError, ValueError):
            continue
        found.append(ToolCallLocation(path=str(workspace.root / name), line=line))
    return found


def fenced(text: str) -> ContentToolCallContent:
    """A text shown to the letter and not as Markdown, its middle left out when it is long."""
    safe = sanitize_text(text)
    if len(safe) > _MAX_CHARACTERS:
        half = _MAX_CHARACTERS // 2
        left_out = len(safe) - 2 * half
        safe = f"{safe[:half]}\n[... {left_out:,} characters left out ...]\n{safe[-half:]}"
    fence = "`" * (1 + max([2, *(len(found[1]) for found in _FENCE.finditer(safe))]))
    return tool_content(text_block(f"{fence}\n{safe}\n{fence}"))
