"""Syntax errors of programming languages, as far as their grammars are installed."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language, Node

_GRAMMARS = {
    ".js": ("tree_sitter_javascript", "language"),
    ".mjs": ("tree_sitter_javascript", "language"),
    ".cjs": ("tree_sitter_javascript", "language"),
    ".jsx": ("tree_sitter_javascript", "language"),
    ".ts": ("tree_sitter_typescript", "language_typescript"),
    ".mts": ("tree_sitter_typescript", "language_typescript"),
    ".tsx": ("tree_sitter_typescript", "language_tsx"),
    ".go": ("tree_sitter_go", "language"),
    ".rs": ("tree_sitter_rust", "language"),
    ".java": ("tree_sitter_java", "language"),
    ".c": ("tree_sitter_c", "language"),
    ".h": ("tree_sitter_cpp", "language"),  # C headers are nearly always C++ too
    ".cc": ("tree_sitter_cpp", "language"),
    ".cpp": ("tree_sitter_cpp", "language"),
    ".cxx": ("tree_sitter_cpp", "language"),
    ".hpp": ("tree_sitter_cpp", "language"),
}
"""By the ending of a file: the module of its grammar, and the function that gives it."""
_MAX_CHARACTERS = 200_000
"""Parsing 800,000 hostile characters of C++ took nine seconds."""


def tree_syntax_error(path: str, text: str) -> str:
    """The first syntax error with its line; empty when there is none or nobody can tell."""
    grammar = _GRAMMARS.get(PurePosixPath(path).suffix.lower())
    if grammar is None or len(text) > _MAX_CHARACTERS:
        return ""
    if find_spec("tree_sitter") is None or find_spec(grammar[0]) is None:
        return ""
    from tree_sitter import Parser  # here: most runs never edit such a file

    root = Parser(_language(*grammar)).parse(text.encode()).root_node
    if not root.has_error:
        return ""
    return next((_said(node) for node in _nodes(root) if node.is_error or node.is_missing), "")


@cache
def _language(module: str, function: str) -> "Language":
    """A grammar; loading one takes some milliseconds. Threads can share it, but no parser."""
    from tree_sitter import Language

    return Language(getattr(import_module(module), function)())  # pyright: ignore[reportDeprecated]  # it takes a capsule, which has no type


def _nodes(root: "Node") -> Iterator["Node"]:
    """The nodes in which something is wrong, outermost and first of the text first."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(child for child in reversed(node.children) if child.has_error)


def _said(node: "Node") -> str:
    """What is wrong at a node, and where."""
    line = node.start_point.row + 1
    if node.is_missing:
        return f"line {line}: {node.type!r} is missing"
    found = (node.text or b"").decode("utf-8", "replace").split("\n", 1)[0].strip()
    return f"line {line}: cannot parse {found[:60]!r}"
