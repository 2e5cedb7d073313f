"""Calls that a model wrote into its text in the form of its own training, which the server did not read.

- ``<tool_call>{"name": ..., "arguments": ...}</tool_call>``: Hermes, Qwen 2.5 and 3, GLM; also in fences
- ``<function=NAME><parameter=KEY>VALUE</parameter></function>``: Qwen3-Coder
- ``[TOOL_CALLS]NAME[ARGS]{...}``, or a list of objects after the mark: Mistral, Devstral
- ``<|channel|>commentary to=functions.NAME ...<|message|>{...}``: gpt-oss
- ``[NAME(key="value")]``: Llama 3.2 and 4

Every form has to have its end: what was cut off is no call.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import cast

from pydantic import JsonValue

from loom_core.dialects.json_text import first_object, without_reasoning

MAX_CALLS = 8
"""Calls of one text; more are the work of a model that goes in circles."""

_MAX_CHARACTERS = 200_000
_TAGGED = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)
_FUNCTION = re.compile(r"<function=([\w.-]+)>(.*?)</function>", re.DOTALL)
_PARAMETER = re.compile(r"<parameter=([\w.-]+)>\n?(.*?)\n?</parameter>", re.DOTALL)
_MISTRAL = re.compile(r"\[TOOL_CALLS\]\s*([\w.-]+)\s*(?:\[ARGS\])?\s*(?=\{)")
_HARMONY = re.compile(r"to=(?:functions\.)?([\w.-]+)[^{]*<\|message\|>\s*(?=\{)")
_PYTHON_MARK = re.compile(r"<\|python_(?:tag|start|end)\|>|<\|eo[tm](?:_id)?\|>")


@dataclass(frozen=True, slots=True)
class TextCall:
    """A call as it was written; nobody looked yet whether there is such a tool."""

    value: dict[str, JsonValue]
    """An object that names the tool, with its arguments beside the name or below ``arguments``."""
    was_repaired: bool = False


def calls_in(text: str) -> list[TextCall]:
    """The calls in a text, past reasoning, in order; empty when there is none. Never raises."""
    answer = without_reasoning(text)[:_MAX_CHARACTERS]
    for read in (_tagged, _functions, _named_objects, _python):
        calls = list(islice(read(answer), MAX_CALLS))
        if calls:
            return calls
    found = first_object(answer, may_repair=True)
    return [TextCall(found.value, found.was_repaired)] if found else []


def _tagged(text: str) -> Iterator[TextCall]:
    """Objects in ``<tool_call>`` marks."""
    for match in _TAGGED.finditer(text):
        found = first_object(match[1], may_repair=True)
        if found is not None:
            yield TextCall(found.value, found.was_repaired)


def _functions(text: str) -> Iterator[TextCall]:
    """Functions and parameters as marks; every value is a text, which validation reads on."""
    for match in _FUNCTION.finditer(text):
        arguments: dict[str, JsonValue] = {one[1]: one[2] for one in _PARAMETER.finditer(match[2])}
        yield TextCall({"name": match[1], "arguments": arguments})


def _named_objects(text: str) -> Iterator[TextCall]:
    """A name before an object with the arguments."""
    for pattern in (_MISTRAL, _HARMONY):
        for match in pattern.finditer(text):
            found = first_object(text[match.end() :], may_repair=True)
            if found is not None:
                yield TextCall({"name": match[1], "arguments": found.value}, found.was_repaired)


def _python(text: str) -> Iterator[TextCall]:
    """Calls with literal keyword arguments, when the text is nothing else."""
    code = _PYTHON_MARK.sub("", text).strip()
    if not code.endswith((")", ")]")):
        return
    try:
        tree = ast.parse(code, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in tree.elts if isinstance(tree, ast.List) else [tree]:
        if not isinstance(node, ast.Call) or node.args:
            return
        try:
            arguments = {
                str(one.arg): cast("JsonValue", ast.literal_eval(one.value))
                for one in node.keywords
            }
        except (ValueError, RecursionError):
            return
        yield TextCall({"name": ast.unparse(node.func), "arguments": arguments})
