"""Syntax trees, made within a time limit, and what is wrong in them."""

import time
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

from loom_core.errors import ErrorCategory, ToolFailed
from loom_tools.outline.grammar import Grammar

if TYPE_CHECKING:
    from tree_sitter import Language, Node

MAX_BYTES = 1024 * 1024
"""Larger files are mostly generated, and take long."""
_SECONDS = 5.0
_CHUNK_BYTES = 64 * 1024
_MAX_PROBLEMS = 3
_MAX_SHOWN_CHARACTERS = 60


def parsed(source: bytes, grammar: Grammar) -> "Node":
    """The root of the syntax tree. Raises ``ToolFailed`` when it takes too long."""
    from tree_sitter import Parser  # here: most runs never analyse code

    end = time.monotonic() + _SECONDS

    def is_late(_offset: int, _has_error: bool) -> bool:  # noqa: FBT001 - the library calls it so
        time.sleep(0)  # the parser holds the interpreter's lock: let other threads run
        return time.monotonic() >= end

    def chunk(offset: int, _point: object) -> bytes:
        return source[offset : offset + _CHUNK_BYTES]

    try:
        tree = Parser(_language(grammar)).parse(chunk, progress_callback=is_late)
    except ValueError as error:
        raise _too_slow() from error
    return tree.root_node


def problems(root: "Node") -> list[str]:
    """The first syntax errors with their lines; none when the file is right."""
    found: list[str] = []
    if not root.has_error:
        return found
    for node in _nodes(root):
        line = node.start_point.row + 1
        if node.is_missing:
            found.append(f"line {line}: {node.type!r} is missing")
        elif node.is_error:
            text = (node.text or b"").decode("utf-8", "replace").strip().split("\n", 1)[0]
            found.append(f"line {line}: cannot parse {text[:_MAX_SHOWN_CHARACTERS]!r}")
        if len(found) == _MAX_PROBLEMS:
            break
    return found


def _too_slow() -> ToolFailed:
    """What to say of a file that takes too long."""
    return ToolFailed(
        f"parsing it takes more than {_SECONDS:g} s; read a part of it with read_file",
        ErrorCategory.TIMEOUT,
    )


@cache
def _language(grammar: Grammar) -> "Language":
    """A loaded grammar; threads can share it, but no parser."""
    from tree_sitter import Language

    capsule = cast("object", getattr(import_module(grammar.module), grammar.function)())
    return Language(capsule)


def _nodes(root: "Node") -> Iterator["Node"]:
    """The nodes in which something is wrong, outermost and first of the text first."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(child for child in reversed(node.children) if child.has_error)
