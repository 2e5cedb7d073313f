"""Imports that a model forgot: a small one uses ``json`` or ``csv`` well and does not import it."""

import ast

from loom_core.quiet_parsing import without_warnings

_MODULES = frozenset(
    {
        "calendar",
        "collections",
        "copy",
        "csv",
        "datetime",
        "decimal",
        "functools",
        "glob",
        "itertools",
        "json",
        "math",
        "operator",
        "os",
        "pathlib",
        "random",
        "re",
        "statistics",
        "string",
        "sys",
        "textwrap",
        "time",
    }
)
_NAMES = {
    "Counter": "collections",
    "Decimal": "decimal",
    "OrderedDict": "collections",
    "Path": "pathlib",
    "defaultdict": "collections",
}
"""Names that are used by themselves, and where they come from."""


def with_imports(program: str) -> str:
    """The program with imports of Python's own modules that it uses and nowhere binds.

    Nothing else is changed; what does not parse, or binds names that nobody sees, stays as it is.
    """
    try:
        with without_warnings():
            nodes = list(ast.walk(ast.parse(program)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return program
    imported = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    if any(node.module == "__future__" or node.names[0].name == "*" for node in imported):
        return program  # the first has to stand before all others
    bound = {name for node in nodes for name in _bound(node)}
    values = [node.value for node in nodes if isinstance(node, ast.Attribute)]
    bases = {value.id for value in values if isinstance(value, ast.Name)}
    loaded = {node.id for node in nodes if isinstance(node, ast.Name)}
    lines = [f"import {name}\n" for name in sorted((bases & _MODULES) - bound)]
    lines += [
        f"from {_NAMES[name]} import {name}\n" for name in sorted((loaded & set(_NAMES)) - bound)
    ]
    return "".join(lines) + program


def _bound(node: ast.AST) -> list[str]:
    """The names that a node gives a meaning."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [(one.asname or one.name).partition(".")[0] for one in node.names]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, ast.ExceptHandler):
        return [node.name] if node.name else []
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        return [node.id]
    return []
