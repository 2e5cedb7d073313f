"""The tool that finds files by their path."""

from collections.abc import Callable, Iterator
from typing import Annotated

from pydantic import Field

from loom_core.contracts.tool import RecoveryClass, Risk, Tool, ToolContext
from loom_core.types import ToolResult
from loom_core.workspace import Entry, Workspace, displayed
from loom_tools.arguments import Arguments, Path
from loom_tools.failures import explained
from loom_tools.globs import Glob
from loom_tools.searching.deadline import Deadline, SearchTooSlow, in_thread

MAX_PATHS = 200
_SECONDS = 20.0


class GlobFindArguments(Arguments):
    """Which paths, and below which directory."""

    pattern: Annotated[str, Field(min_length=1, max_length=500, description="such as src/**/*.py")]
    path: Path = "."


class GlobFind(Tool[GlobFindArguments]):
    """Finds files by their path."""

    name = "glob_find"
    purpose = "Find files by a glob, newest first."
    arguments_model = GlobFindArguments
    essential = ("pattern",)
    optional = ("path",)
    risk = Risk.READ
    recovery = RecoveryClass.PURE
    is_parallel_safe = True
    untrusted_input = True
    timeout_seconds = 30.0

    async def run(self, arguments: GlobFindArguments, context: ToolContext) -> ToolResult:
        """The paths, last changed first; ignored files are left out, links are not followed."""
        return await in_thread(
            lambda deadline: _found(arguments, context.workspace, deadline), seconds=_SECONDS
        )


def _found(arguments: GlobFindArguments, workspace: Workspace, deadline: Deadline) -> ToolResult:
    """Look at every path."""
    pattern, base = arguments.pattern, arguments.path
    if pattern.startswith(("/", "~", "../")) or "/../" in pattern:
        with explained(pattern, workspace):
            pattern = workspace.relative(pattern)
    glob = Glob(pattern)
    fits = deadline.checked(lambda one: glob.fits(one, path))
    found: list[Entry] = []
    is_late = False
    with explained(base, workspace):
        path = workspace.relative(base)
        try:
            found.extend(_fitting(glob, workspace, path, fits))
        except SearchTooSlow:
            is_late = True
    found.sort(key=lambda entry: (-entry.mtime_ns, entry.path))
    text = _said(arguments, found)
    if is_late:
        text += "\n[stopped, it took too long; search below a path]"
    return ToolResult(text=text)


def _fitting(
    glob: Glob, workspace: Workspace, path: str, fits: Callable[[str], bool]
) -> Iterator[Entry]:
    """The files below a directory that fit, or the directories where the glob is for those."""
    if not glob.wants_directory:
        return workspace.files(path, wanted=fits)
    return (one for one in workspace.entries(path) if one.is_directory and fits(one.path))


def _said(arguments: GlobFindArguments, found: list[Entry]) -> str:
    """The paths, one a line."""
    if not found:
        where = "" if arguments.path == "." else f" below {displayed(arguments.path)}"
        return f"No file matches {displayed(arguments.pattern)}{where}."
    lines = [displayed(entry.path) + "/" * entry.is_directory for entry in found[:MAX_PATHS]]
    if len(found) > MAX_PATHS:
        lines.append(
            f"[only the newest {MAX_PATHS} of {len(found)}; use a narrower pattern or a path]"
        )
    return "\n".join(lines)
