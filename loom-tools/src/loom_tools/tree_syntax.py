"""Syntax errors of programming languages that a tree-sitter grammar is there for."""

from loom_core.errors import ToolFailed
from loom_tools.outline.grammar import grammar_of
from loom_tools.outline.parsing import parsed, problems

_MAX_CHARACTERS = 200_000
"""Parsing 800,000 hostile characters of C++ took nine seconds."""


def tree_syntax_error(path: str, text: str) -> str:
    """The first syntax error with its line; empty when there is none or nobody can tell."""
    grammar = grammar_of(path)
    if grammar is None or len(text) > _MAX_CHARACTERS:
        return ""
    try:
        found = problems(parsed(text.encode(), grammar))
    except ToolFailed:
        return ""  # it takes too long
    return found[0] if found else ""
