"""The tool that shows what a source file declares."""

import asyncio

from loom_core.contracts.tool import RecoveryClass, Risk, Tool, ToolContext
from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.types import ToolResult
from loom_core.workspace import Workspace, displayed, holds_secrets
from loom_tools.arguments import Arguments, Path
from loom_tools.failures import explained
from loom_tools.outline.grammar import GRAMMARS, Grammar, grammar_of
from loom_tools.outline.outline import MAX_DECLARATIONS, Outline, outline
from loom_tools.outline.parsing import MAX_BYTES, parsed, problems
from loom_tools.searching.searchable import searchable
from loom_tools.text import MAX_RESULT_BYTES, counted

_MAX_IMPORTS = 40
_MAX_EXPORTS = 80


class AnalyzeCodeArguments(Arguments):
    """Which file."""

    path: Path


class AnalyzeCode(Tool[AnalyzeCodeArguments]):
    """Shows the imports, classes, functions and exports of a source file."""

    name = "analyze_code"
    purpose = "See the imports, classes, functions and exports of a source file."
    arguments_model = AnalyzeCodeArguments
    existing = ("path",)
    risk = Risk.READ
    recovery = RecoveryClass.PURE
    is_parallel_safe = True
    reads_private = True
    untrusted_input = True
    timeout_seconds = 30.0

    async def run(self, arguments: AnalyzeCodeArguments, context: ToolContext) -> ToolResult:
        """The declarations with their lines; of a broken file what can be read, and where it breaks."""
        return await asyncio.to_thread(_analyzed, arguments, context.workspace)


def _analyzed(arguments: AnalyzeCodeArguments, workspace: Workspace) -> ToolResult:
    """Read, parse and describe."""
    with explained(arguments.path, workspace):
        path = workspace.relative(arguments.path)
        if workspace.is_directory(path):
            raise ToolFailed(
                f"{displayed(path)} is a directory; name one source file, "
                "or see what is there with list_directory",
                ErrorCategory.VALIDATION,
            )
        grammar = _grammar(path, workspace)
        source = searchable(workspace.read(path, max_bytes=MAX_BYTES))
    if source is None:
        raise ToolFailed(f"{displayed(path)} is no text", ErrorCategory.VALIDATION)
    root = parsed(source, grammar)
    lines = source.count(b"\n")
    head = f"{displayed(path)}: {grammar.title}, {counted(lines, 'line')}"
    return ToolResult(text=_said(head, outline(root, grammar), problems(root)))


def _grammar(path: str, workspace: Workspace) -> Grammar:
    """The language of a file. Raises ``ToolFailed`` when it is not known or not to be looked at."""
    if holds_secrets(path):
        raise ToolFailed(f"{displayed(path)} usually holds secrets, no code", ErrorCategory.SAFETY)
    grammar = grammar_of(path)
    if grammar is None and workspace.exists(path):
        endings = " ".join(GRAMMARS)
        raise ToolFailed(
            f"the language of {displayed(path)} is not known here (known: {endings}); "
            "use read_file or ripgrep_search",
            ErrorCategory.VALIDATION,
        )
    if grammar is None:
        raise FileNotFoundError(path)
    return grammar


def _said(head: str, found: Outline, broken: list[str]) -> str:
    """The outline as text."""
    lines = [head, *(f"Syntax error: {problem}" for problem in broken)]
    if found.imports:
        lines += ["Imports:", *_cut(found.imports, _MAX_IMPORTS)]
    if found.declarations:
        lines.append("Classes and functions, with their lines:")
        lines += [
            f"{'  ' * each.level}{each.first_line}-{each.last_line}: {each.signature}"
            for each in found.declarations
        ]
    if found.is_cut:
        lines.append(f"[only the first {MAX_DECLARATIONS}; find others with ripgrep_search]")
    if found.exports:
        lines.append("Exports: " + ", ".join(_cut(found.exports, _MAX_EXPORTS)))
    if len(lines) == 1:
        lines.append("(it declares nothing)")
    return _fitted(lines)


def _cut(names: list[str], most: int) -> list[str]:
    """The first of many names, and how many there are beside."""
    return names if len(names) <= most else [*names[:most], f"[{len(names) - most} more]"]


def _fitted(lines: list[str]) -> str:
    """As many lines as a result may hold."""
    taken: list[str] = []
    left = MAX_RESULT_BYTES
    for line in lines:
        left -= len(line.encode()) + 1
        if left < 0:
            taken.append("[the rest is left out; find it with ripgrep_search]")
            break
        taken.append(line)
    return "\n".join(taken)
