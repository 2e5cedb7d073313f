"""What a source file imports, declares and exports."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loom_tools.outline.exports import is_exported, listed_exports, name_of
from loom_tools.outline.grammar import Grammar

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_DECLARATIONS = 400
_MAX_DEPTH = 40
"""Nodes within nodes that are looked through."""
_MAX_SIGNATURE_CHARACTERS = 160
_FUNCTION_VALUES = frozenset({"arrow_function", "function_expression", "generator_function"})
_VARIABLES = frozenset({"variable_declarator", "public_field_definition", "field_definition"})
_BODIES = frozenset(
    {
        "block",
        "class_body",
        "compound_statement",
        "enum_body",
        "enum_variant_list",
        "enumerator_list",
        "field_declaration_list",
        "declaration_list",
        "interface_type",
        "struct_type",
    }
)


@dataclass(frozen=True, slots=True)
class Declaration:
    """One class, function or the like."""

    signature: str
    first_line: int
    last_line: int
    level: int
    """How many declarations it lies in."""


@dataclass(slots=True)
class Outline:
    """What was found in one file, in its order."""

    imports: list[str] = field(default_factory=list[str])
    declarations: list[Declaration] = field(default_factory=list[Declaration])
    exports: list[str] = field(default_factory=list[str])
    is_cut: bool = False
    """Whether there are more declarations."""


def outline(root: "Node", grammar: Grammar) -> Outline:
    """What the file with this syntax tree imports, declares and exports."""
    walk = _Walk(grammar)
    walk.below(root, level=0, depth=0, is_in_export=False)
    return walk.found


class _Walk:
    """One look through a syntax tree."""

    def __init__(self, grammar: Grammar) -> None:
        """Start with nothing."""
        self._grammar = grammar
        self._lists_exports = False
        self.found = Outline()

    def below(self, node: "Node", *, level: int, depth: int, is_in_export: bool) -> None:
        """Take in what lies directly below a node."""
        for child in node.named_children:
            if self.found.is_cut:
                return
            self._take(child, level=level, depth=depth, is_in_export=is_in_export)

    def _take(self, node: "Node", *, level: int, depth: int, is_in_export: bool) -> None:
        """Take in one node: an import, a declaration, or what holds some."""
        grammar = self._grammar
        if level == 0:
            self._note_exports(listed_exports(node))
        if node.type in grammar.imports or _is_require(node):
            self.found.imports.append(_one_line(_text(node)))
        elif _declares_function(node, grammar):
            self._declare(node, level, is_in_export=is_in_export)
        elif node.type in grammar.types and _is_definition(node):
            self._declare(node, level, is_in_export=is_in_export)
            body = _body(node)
            if body is not None and depth < _MAX_DEPTH:
                self.below(body, level=level + 1, depth=depth + 1, is_in_export=False)
        elif grammar.looks_through(node.type) and depth < _MAX_DEPTH:
            exports = is_in_export or node.type == "export_statement"
            self.below(node, level=level, depth=depth + 1, is_in_export=exports)

    def _declare(self, node: "Node", level: int, *, is_in_export: bool) -> None:
        """Note one declaration."""
        if len(self.found.declarations) == MAX_DECLARATIONS:
            self.found.is_cut = True
            return
        first, last = node.start_point.row + 1, node.end_point.row + 1
        self.found.declarations.append(Declaration(_signature(node), first, last, level))
        name = name_of(node)
        if level == 0 and is_exported(node, name, self._grammar, is_in_export=is_in_export):
            self._note_export(name)

    def _note_export(self, name: str) -> None:
        """Add a name, unless the file lists by itself what it exports."""
        is_listed = self._lists_exports and self._grammar.title == "Python"
        if not is_listed and name not in self.found.exports:
            self.found.exports.append(name)

    def _note_exports(self, names: list[str]) -> None:
        """Add names that the file lists itself."""
        if names and self._grammar.title == "Python":
            self.found.exports.clear()
            self._lists_exports = True
        self.found.exports += [name for name in names if name not in self.found.exports]


def _declares_function(node: "Node", grammar: Grammar) -> bool:
    """Whether a node declares a function, by name or by a variable that holds one."""
    if node.type in grammar.functions:
        return True
    if node.type in _VARIABLES:
        value = node.child_by_field_name("value")
        return value is not None and value.type in _FUNCTION_VALUES
    if node.type in {"declaration", "field_declaration"}:  # C and C++: a prototype
        declarator = node.child_by_field_name("declarator")
        while declarator is not None and declarator.type in {
            "pointer_declarator",
            "reference_declarator",
        }:
            declarator = declarator.named_children[-1] if declarator.named_children else None
        return declarator is not None and declarator.type == "function_declarator"
    return False


def _is_definition(node: "Node") -> bool:
    """Whether a type is declared here; in C the same node also names one in passing."""
    return not node.type.endswith("_specifier") or node.child_by_field_name("body") is not None


def _is_require(node: "Node") -> bool:
    """Whether a variable of JavaScript holds an imported module."""
    value = node.child_by_field_name("value") if node.type == "variable_declarator" else None
    return value is not None and _text(value).startswith("require(")


def _body(node: "Node") -> "Node | None":
    """What holds the members of a declaration."""
    return node.child_by_field_name("body") or next(
        (child for child in node.named_children if child.type in _BODIES), None
    )


def _signature(node: "Node") -> str:
    """The declaration without its body, on one line."""
    holder = node.child_by_field_name("value") if node.type in _VARIABLES else None
    body = _body(holder or node)
    text = node.text or b""
    if body is not None:
        text = text[: body.start_byte - node.start_byte]
    line = _one_line(text.decode("utf-8", "replace")).rstrip("{:;= ")
    if node.type == "type_spec":  # Go: the keywords stand around it
        kind = body.type.removesuffix("_type") if body is not None else ""
        return f"type {line} {kind}".rstrip()
    return f"{line} {_typedef_name(node)}".rstrip()


def _typedef_name(node: "Node") -> str:
    """The name that a typedef of C gives to a structure; empty when there is none."""
    around = node.parent
    if around is None or around.type != "type_definition":
        return ""
    return name_of(around.child_by_field_name("declarator") or node)


def _text(node: "Node") -> str:
    """The source of a node."""
    return (node.text or b"").decode("utf-8", "replace")


def _one_line(text: str) -> str:
    """The text on one line, cut where it is long."""
    line = " ".join(text.split())
    if len(line) <= _MAX_SIGNATURE_CHARACTERS:
        return line
    return line[:_MAX_SIGNATURE_CHARACTERS] + "[...]"
