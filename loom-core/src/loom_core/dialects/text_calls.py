"""Calls that a model wrote into its text in the form of its own training, which the server did not read.

- ``<tool_call>{"name": ..., "arguments": ...}</tool_call>``: Hermes, Qwen 2.5 and 3, GLM; also in fences
- ``<function=NAME><parameter=KEY>VALUE</parameter></function>``: Qwen3-Coder
- ``[TOOL_CALLS]NAME[ARGS]{...}``, or a list of objects after the mark: Mistral, Devstral
- ``<|channel|>commentary to=functions.NAME ...<|message|>{...}``: gpt-oss
- ``[NAME(key="value")]``: Llama 3.2 and 4

Every form has to have its end: what was cut off is no call. Text is walked once with ``str.find``: a
hostile one consists of openings without an end, on which a regular expression takes for ever.
"""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import cast

from pydantic import JsonValue

from loom_core.dialects.json_text import first_object, without_reasoning
from loom_core.quiet_parsing import without_warnings

MAX_CALLS = 8
"""Calls of one text, and places tried in each form."""

_BLOCK = "<function="
_MAX_PARAMETERS = 32
_MAX_PYTHON_CHARACTERS = 20_000
_NAME = r"[\w.-]{1,64}"
_FUNCTION = re.compile(rf"({_NAME})>")
_MISTRAL = re.compile(rf"\s{{0,8}}({_NAME})\s{{0,8}}(?:\[ARGS\]\s{{0,8}})?(?=\{{)")
_HARMONY = re.compile(rf"to=(?:functions\.)?({_NAME})[^{{]{{0,80}}\Z")
_HARMONY_HEAD = 200
_PYTHON_MARK = re.compile(r"<\|python_(?:tag|start|end)\|>|<\|eo[tm](?:_id)?\|>")


@dataclass(frozen=True, slots=True)
class TextCall:
    """A call as it was written; nobody looked yet whether there is such a tool."""

    value: dict[str, JsonValue]
    """An object that names the tool, with its arguments beside the name or below ``arguments``."""
    was_repaired: bool = False


def calls_in(text: str) -> list[TextCall]:
    """The calls in a text, past reasoning, in order; empty when there is none. Never raises."""
    answer = without_reasoning(text)
    if _comes_first(_BLOCK, answer):  # what its values hold is data, also where its end is missing
        return list(islice(_functions(answer), MAX_CALLS))
    for mark, read in _FORMS.items():
        calls = list(islice(read(answer), MAX_CALLS)) if _comes_first(mark, answer) else []
        if calls:
            return calls
    found = first_object(answer, may_repair=True)
    return [TextCall(found.value, found.was_repaired)] if found else []


def _comes_first(mark: str, text: str) -> bool:
    """Whether a form's mark stands in a text, and before any object: in one it is somebody's data."""
    position, brace = text.find(mark), text.find("{")
    return position >= 0 and (brace < 0 or position <= brace)


def _between(text: str, opening: str, closing: str, most: int) -> Iterator[str]:
    """What stands between marks, each opening with the next closing."""
    start = text.find(opening)
    for _ in range(most):
        end = text.find(closing, start) if start >= 0 else -1
        if end < 0:
            return
        yield text[start + len(opening) : end]
        start = text.find(opening, end)


def _after(text: str, mark: str) -> Iterator[int]:
    """Where the first marks end."""
    position = text.find(mark)
    for _ in range(MAX_CALLS):
        if position < 0:
            return
        yield position + len(mark)
        position = text.find(mark, position + len(mark))


def _tagged(text: str) -> Iterator[TextCall]:
    """Objects in ``<tool_call>`` marks."""
    for body in _between(text, "<tool_call>", "</tool_call>", MAX_CALLS):
        found = first_object(body, may_repair=True) if body.lstrip().startswith("{") else None
        if found is not None:
            yield TextCall(found.value, found.was_repaired)


def _functions(text: str) -> Iterator[TextCall]:
    """Functions and parameters as marks; every value is a text, which validation reads on."""
    for body in _between(text, _BLOCK, "</function>", MAX_CALLS):
        name = _FUNCTION.match(body)
        if name is None:
            continue
        arguments: dict[str, JsonValue] = {}
        for parameter in _between(body, "<parameter=", "</parameter>", _MAX_PARAMETERS):
            key, _, value = parameter.partition(">")
            arguments[key] = value.removeprefix("\n").removesuffix("\n")
        yield TextCall({"name": name[1], "arguments": arguments})


def _mistral(text: str) -> Iterator[TextCall]:
    """A name before an object with the arguments."""
    for position in _after(text, "[TOOL_CALLS]"):
        name = _MISTRAL.match(text, position)
        if name is not None:
            yield from _named(name[1], text[name.end() :])


def _harmony(text: str) -> Iterator[TextCall]:
    """A message to a function."""
    for position in _after(text, "<|message|>"):
        head = text[max(0, position - _HARMONY_HEAD) : position - len("<|message|>")]
        name = _HARMONY.search(head)
        if name is not None and text[position : position + 8].lstrip().startswith("{"):
            yield from _named(name[1], text[position:])


def _named(name: str, arguments: str) -> Iterator[TextCall]:
    """The call of a name with the object that follows it."""
    found = first_object(arguments, may_repair=True)
    if found is not None:
        yield TextCall({"name": name, "arguments": found.value}, found.was_repaired)


def _python(text: str) -> Iterator[TextCall]:
    """Calls with literal keyword arguments, when the text is nothing else."""
    code = _PYTHON_MARK.sub("", text).strip()
    if not code.endswith((")", ")]")) or len(code) > _MAX_PYTHON_CHARACTERS:
        return
    try:
        with without_warnings():
            tree = ast.parse(code, mode="eval").body
        calls = [
            _python_call(node) for node in (tree.elts if isinstance(tree, ast.List) else [tree])
        ]
    except (SyntaxError, TypeError, ValueError, RecursionError, MemoryError):
        return
    yield from calls


def _python_call(node: ast.expr) -> TextCall:
    """One call; raises ``ValueError`` or ``TypeError`` for anything but names and plain values."""
    if not isinstance(node, ast.Call) or node.args or any(one.arg is None for one in node.keywords):
        raise ValueError("no call with named arguments")
    arguments = {str(one.arg): ast.literal_eval(one.value) for one in node.keywords}
    plain = json.loads(json.dumps(arguments, allow_nan=False))
    return TextCall({"name": ast.unparse(node.func), "arguments": cast("JsonValue", plain)})


_FORMS = {"<tool_call>": _tagged, "[TOOL_CALLS]": _mistral, "<|message|>": _harmony, "": _python}
"""What a form begins with, and what reads it; Python has no mark."""
