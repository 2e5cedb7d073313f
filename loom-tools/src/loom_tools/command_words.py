"""A shell command as words, as far as nothing in it can mean anything else.

A parser tells what the shell would do, so that nobody has to guess it from the text. Whatever is not
on the short list of harmless syntax makes the whole command one that is not understood.
"""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

MAX_COMMAND_CHARACTERS = 2000
"""A longer command is not looked at."""

_LISTS = frozenset({"program", "list", "pipeline"})
_JOINTS = frozenset({"&&", "||", "|", ";"})
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-")
"""Characters that mean themselves outside quotes, wherever they stand."""
_QUOTED = _PLAIN | frozenset(" #&()*;<>?[]^{|}~")
"""Characters that mean themselves inside quotes of either kind."""


def literal_commands(command: str) -> list[list[str]] | None:
    """The words of every simple command in a list or pipeline; None when not all is understood.

    Understood are commands whose words are literal: no expansion, substitution, assignment,
    redirection, glob, escape, comment, background job, control structure or function.
    """
    if len(command) > MAX_COMMAND_CHARACTERS or "\n" in command or not command.isprintable():
        return None
    root = _parser().parse(command.encode()).root_node
    if root.has_error:
        return None
    try:
        return list(_commands(root))
    except _NotUnderstood:
        return None


class _NotUnderstood(Exception):
    """Something in the command could mean more than it says."""


@cache
def _parser() -> "Parser":
    """The parser of bash; made when the first command is looked at."""
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


def _commands(node: "Node") -> Iterator[list[str]]:
    """The words of each simple command below a node, in order."""
    for child in node.children:
        if child.type in _LISTS:
            yield from _commands(child)
        elif child.type == "command":
            yield [_word(part) for part in child.children]
        elif child.type not in _JOINTS:
            raise _NotUnderstood


def _word(node: "Node") -> str:
    """What one word of a command stands for."""
    text = (node.text or b"").decode()
    match node.type:
        case "command_name":
            if node.child_count != 1:
                raise _NotUnderstood
            return _word(node.children[0])
        case "word" | "number":
            return _all_of(text, _PLAIN)
        case "raw_string" if len(text) > 1 and text[0] == text[-1] == "'":
            return _all_of(text[1:-1], _QUOTED)
        case "string" if len(text) > 1 and text[0] == text[-1] == '"':
            return _all_of(text[1:-1], _QUOTED)
        case _:
            raise _NotUnderstood


def _all_of(text: str, allowed: frozenset[str]) -> str:
    """The text, if every character of it is allowed."""
    if not allowed.issuperset(text):
        raise _NotUnderstood
    return text
