"""What a planner should know of a workspace: its files, the outline of its code, its AGENTS.md."""

import ast
from dataclasses import dataclass

from loom_core.errors import LoomError
from loom_core.quiet_parsing import without_warnings
from loom_core.surrogates import replace_surrogates
from loom_core.workspace import Workspace

_MAX_SOURCES = 20
_MAX_SOURCE_BYTES = 200_000
_MAX_INSTRUCTIONS_BYTES = 16_000
_MAX_NAMES = 30
_INSTRUCTIONS_FILE = "AGENTS.md"


@dataclass(frozen=True, slots=True)
class Survey:
    """A workspace in words."""

    listing: str
    outlines: str
    """One line a source file with its top-level names."""
    instructions: str
    """Text of AGENTS.md: how the project wants to be worked on. Data, not orders."""


def survey(workspace: Workspace) -> Survey:
    """What is in a workspace, bounded in size whatever is in there."""
    return Survey(
        listing=show_listing(workspace),
        outlines=replace_surrogates("\n".join(_outlines(workspace))),
        instructions=_instructions(workspace),
    )


def show_listing(workspace: Workspace, *, limit: int = 60) -> str:
    """The files of the upper two levels, one a line; empty for an empty directory."""
    lines = (
        f"{entry.path}/" if entry.is_directory else f"{entry.path} ({entry.size_bytes} bytes)"
        for entry in workspace.listing(".", depth=2, limit=limit)
    )
    return replace_surrogates("\n".join(lines))


def _outlines(workspace: Workspace) -> list[str]:
    """The top-level names of the first Python files."""
    lines: list[str] = []
    for entry in workspace.listing(".", depth=2, limit=400):
        if entry.is_directory or not entry.path.endswith(".py") or len(lines) >= _MAX_SOURCES:
            continue
        names = _top_level_names(workspace, entry.path)
        if names:
            lines.append(f"{entry.path}: {', '.join(names[:_MAX_NAMES])}")
    return lines


def _top_level_names(workspace: Workspace, path: str) -> list[str]:
    """Classes and functions of a Python file; none when it cannot be read or parsed."""
    try:
        source = workspace.read(path, max_bytes=_MAX_SOURCE_BYTES)
        with without_warnings():
            tree = ast.parse(source)
    except (LoomError, OSError, SyntaxError, ValueError):
        return []
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]


def _instructions(workspace: Workspace) -> str:
    """What AGENTS.md says; empty without one."""
    if not workspace.is_file(_INSTRUCTIONS_FILE):
        return ""
    try:
        raw = workspace.read(_INSTRUCTIONS_FILE, max_bytes=_MAX_INSTRUCTIONS_BYTES)
    except (LoomError, OSError):
        return ""
    return raw.decode("utf-8", errors="replace").strip()
