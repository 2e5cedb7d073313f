"""The GBNF grammar of one ``<function=…>`` block, for servers of llama.cpp.

Source of the notation: llama.cpp, grammars/README.md.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from loom_core.dialects.tool_object import shown
from loom_core.types import ToolSpec

_COMMON = """\
text ::= ( [^<] | "<" ( [^/] | "/" ( [^p] | "p" ( [^a] | "a" [^r] ) ) ) )*
line ::= [^<\\n]+
whole ::= "-"? [0-9]+
switch ::= "true" | "false\""""
"""``text`` is anything in which no ``</par`` begins, so that nothing but the end of a value ends it."""

_RULES = {"integer": "whole", "boolean": "switch"}


def block_grammar(tools: Sequence[ToolSpec], files: Sequence[str] | None) -> str:
    """A grammar whose texts are the calls of these tools; parameters come in the order of the tool.

    Args:
        tools: the tools that can be called, at least one.
        files: the files there are, for parameters that must name one; None when they are not listed.
    """
    branches = [f"tool{index}" for index in range(len(tools))]
    rules = [f"root ::= {' | '.join(branches)}"]
    for branch, tool in zip(branches, tools, strict=True):
        rules.append(f"{branch} ::= {_block(tool, files)}")
    return "\n".join([*rules, _COMMON, ""])


def _block(tool: ToolSpec, files: Sequence[str] | None) -> str:
    """The body of one tool's rule: what it must be given first, then what it may be given."""
    properties, required = shown(tool)
    ordered = sorted(properties, key=lambda name: name not in required)  # stable
    parts = [_literal(f"<function={tool.name}>\n")]
    for name in ordered:
        value = _file(files) if name in tool.existing else _value(properties[name])
        opening, closing = _literal(f"<parameter={name}>\n"), _literal("\n</parameter>\n")
        parameter = f"{opening} {value} {closing}"
        parts.append(parameter if name in required else f"( {parameter} )?")
    return " ".join([*parts, _literal("</function>")])


def _file(files: Sequence[str] | None) -> str:
    """The rule of a file that must be there."""
    return "line" if files is None else _one_of(files)


def _value(schema: Mapping[str, Any]) -> str:
    """The rule of one value."""
    allowed = cast("Sequence[object]", schema.get("enum", ()))
    return _one_of(allowed) if allowed else _RULES.get(str(schema.get("type")), "text")


def _one_of(allowed: Sequence[object]) -> str:
    """One of these texts."""
    return f"( {' | '.join(_literal(str(one)) for one in allowed)} )"


def _literal(text: str) -> str:
    """A text in quotes; the notation escapes as JSON does, but for characters beyond ASCII."""
    return json.dumps(text, ensure_ascii=False)
