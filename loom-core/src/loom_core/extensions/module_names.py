"""What a module binds and imports at its top level, read from its syntax tree."""

import ast
from collections.abc import Iterator

_BINDS_UNSEEN = frozenset({"globals", "vars", "exec", "setattr"})
_OWN_SCOPE = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda


def bound_names(tree: ast.Module) -> set[str] | None:
    """Every name that the module may bind; None when only running it could tell."""
    names: set[str] = set()
    for node in _module_scope(tree):
        names.update(_names_of(node))
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            names.update(node.names)
        elif isinstance(node, ast.Name) and node.id in _BINDS_UNSEEN:
            return None
    return None if {"*", "__getattr__"} & names else names


def unconditional_imports(tree: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    """The imports that every import of the module runs, with nothing around that could catch it."""
    return [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]


def _module_scope(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, _OWN_SCOPE):
            yield from _module_scope(child)


def _names_of(node: ast.AST) -> list[str]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Import():
            return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
        case ast.ImportFrom():
            return [alias.asname or alias.name for alias in node.names]
        case ast.Name(ctx=ast.Store()):
            return [node.id]
        case _:
            return []
