"""Which declarations other files can use, by the rules of each language."""

import re
from typing import TYPE_CHECKING

from loom_tools.outline.grammar import Grammar

if TYPE_CHECKING:
    from tree_sitter import Node

_MAX_DEPTH = 8
_NAME = re.compile(r"[\w$#~]+(?:::[\w~]+)*")


def name_of(node: "Node") -> str:
    """The name that a declaration gives; empty when it has none."""
    for _ in range(_MAX_DEPTH):
        inner = (
            node.child_by_field_name("name")
            or node.child_by_field_name("declarator")
            or node.child_by_field_name("type")
        )
        if inner is None:
            break
        node = inner
    name = (node.text or b"").decode("utf-8", "replace")
    return name if _NAME.fullmatch(name) else ""


def is_exported(node: "Node", name: str, grammar: Grammar, *, is_in_export: bool) -> bool:
    """Whether a declaration at the top of a file can be used from outside.

    Args:
        node: the declaration.
        name: its name.
        grammar: its language.
        is_in_export: whether it stands in an export statement.
    """
    rules = {
        "Python": not name.startswith("_"),
        "Go": name[:1].isupper(),
        "Rust": _has(node, "visibility_modifier", b"pub"),
        "Java": _has(node, "modifiers", b"public"),
        "C": not _has(node, "storage_class_specifier", b"static"),
        "C++": not _has(node, "storage_class_specifier", b"static"),
    }
    return bool(name) and rules.get(grammar.title, is_in_export)


def listed_exports(node: "Node") -> list[str]:
    """The names that a statement itself lists as exported: ``__all__``, ``export {...}``, CommonJS."""
    text = (node.text or b"").decode("utf-8", "replace")
    if node.type == "export_statement":
        specifiers = _named(node, "export_specifier")
        names = [name_of(each.child_by_field_name("alias") or each) for each in specifiers]
        return names or _default(node)
    if node.type != "expression_statement":
        return []
    if text.startswith("__all__"):
        strings = _named(node, "string_content")
        return [(each.text or b"").decode("utf-8", "replace") for each in strings]
    if text.startswith(("module.exports", "exports.")):
        left = text.partition("=")[0].strip()
        names = _named(node, "shorthand_property_identifier")
        listed = [(each.text or b"").decode("utf-8", "replace") for each in names]
        return listed or [left]
    return []


def _default(node: "Node") -> list[str]:
    """``default`` for a default export without a name of its own."""
    is_default = any(child.type == "default" for child in node.children)
    return ["default"] if is_default and node.child_by_field_name("declaration") is None else []


def _has(node: "Node", node_type: str, word: bytes) -> bool:
    """Whether a child of a kind holds a word."""
    return any(child.type == node_type and word in (child.text or b"") for child in node.children)


def _named(node: "Node", node_type: str) -> list["Node"]:
    """All nodes of a kind below one, in order, a few levels deep."""
    found: list[Node] = []
    level = [node]
    for _ in range(_MAX_DEPTH):
        level = [child for parent in level for child in parent.named_children]
        found += [child for child in level if child.type == node_type]
    return found
