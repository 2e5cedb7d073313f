"""The tool that finds lines by a regular expression."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from loom_core.contracts.tool import RecoveryClass, Risk, Tool, ToolContext
from loom_core.types import ToolResult
from loom_core.workspace import Entry, Workspace, displayed
from loom_tools.arguments import Arguments, Path
from loom_tools.failures import explained
from loom_tools.globs import Glob
from loom_tools.searching.choice import best_engine
from loom_tools.searching.deadline import Deadline, in_thread
from loom_tools.searching.file_types import type_glob
from loom_tools.searching.pattern import search_pattern
from loom_tools.searching.report import report
from loom_tools.searching.search import Search

_SECONDS = 20.0


class RipgrepSearchArguments(Arguments):
    """What to look for, and where."""

    pattern: Annotated[str, Field(min_length=1, max_length=500, description="regular expression")]
    path: Path = "."
    glob: Annotated[str | None, Field(max_length=200, description="such as *.py")] = None
    type: Annotated[str | None, Field(max_length=20, description="such as py")] = None
    context: Annotated[int, Field(ge=0, le=10, description="lines around")] = 0
    case_insensitive: bool = False
    files_only: bool = False
    max_matches: Annotated[int, Field(ge=1, le=500)] = 100


class RipgrepSearch(Tool[RipgrepSearchArguments]):
    """Finds lines by a regular expression."""

    name = "ripgrep_search"
    purpose = "Find lines of files by a regular expression."
    arguments_model = RipgrepSearchArguments
    essential = ("pattern",)
    optional = ("path", "glob")
    risk = Risk.READ
    recovery = RecoveryClass.PURE
    is_parallel_safe = True
    reads_private = True
    untrusted_input = True
    timeout_seconds = 30.0

    async def run(self, arguments: RipgrepSearchArguments, context: ToolContext) -> ToolResult:
        """The matches in the order of a listing, by path and line."""
        return await in_thread(
            lambda deadline: _searched(arguments, context.workspace, deadline), seconds=_SECONDS
        )


def _searched(
    arguments: RipgrepSearchArguments, workspace: Workspace, deadline: Deadline
) -> ToolResult:
    """Search, with the fastest engine that is there."""
    pattern = search_pattern(arguments.pattern, ignores_case=arguments.case_insensitive)
    engine = best_engine(pattern, workspace, deadline)
    with explained(arguments.path, workspace):
        search = Search(
            workspace,
            engine,
            deadline,
            max_matches=arguments.max_matches,
            files_only=arguments.files_only,
        )
        findings = search.run(_candidates(arguments, workspace, deadline))
    text = report(
        findings, pattern.locator, context=arguments.context, files_only=arguments.files_only
    )
    if not findings.files:
        text = "\n".join(filter(None, [_nothing(arguments), text]))
    return ToolResult(text=text, facts={"engine": engine.name})


def _candidates(
    arguments: RipgrepSearchArguments, workspace: Workspace, deadline: Deadline
) -> Iterator[Entry]:
    """The files to look at, in the order of a listing; a file that is named needs no glob."""
    path = workspace.relative(arguments.path)
    if workspace.is_file(path):
        yield Entry(path)
        return
    globs = [Glob(arguments.glob)] if arguments.glob else []
    globs += [Glob(type_glob(arguments.type))] if arguments.type else []
    if not globs:
        yield from workspace.files(path)
        return
    fits = deadline.checked(lambda one: all(glob.fits(one, path) for glob in globs))
    yield from workspace.files(path, wanted=fits)


def _nothing(arguments: RipgrepSearchArguments) -> str:
    """What to say when there is no match, with what narrowed the search."""
    limits = {"path": arguments.path, "glob": arguments.glob, "type": arguments.type}
    said = [f"{name} {value}" for name, value in limits.items() if value and value != "."]
    where = f" in {', '.join(said)}" if said else ""
    return f"No line matches {displayed(arguments.pattern)}{displayed(where)}."
