"""What a goal states about Python code: functions by name, and examples of calls with their results."""

import ast
import posixpath
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

AS_EXPECTED = "as expected"
"""What the command of an example prints when the call gave the stated result."""

_DEFINED = re.compile(
    r"""\b(?:function|class)\s+(?:
        (?:called|named)\s+["'`]?(?P<named>[A-Za-z_]\w*)
      | ["'`](?P<quoted>[A-Za-z_]\w*)(?:\([^)\n]*\))?["'`]
      | (?P<called>[A-Za-z_]\w*)\()""",
    re.VERBOSE,
)
_EXAMPLE = re.compile(
    r"""(?<![\w.])(?P<name>[A-Za-z_]\w*)\((?P<arguments>[^()\n]{0,100})\)["'`]?\s*
    (?:(?:should|must|will)\s+)?(?:returns?|gives?|yields?|equals?|be|is|==|->|=>|\u2192)\s*
    (?:equal\s+to\s+)?["'`]?(?P<result>\[[^\]\n]*\]|"[^"\n]*"|'[^'\n]*'|-?\d+(?:\.\d+)?(?![\w.]*\w)
    |True\b|False\b|None\b)""",
    re.VERBOSE,
)
_LITERAL = (
    r"""\"[^"\n]*\"|'[^'\n]*'|(?<![\w.])-?\d+(?:\.\d+)?(?![\w.]*\w)|\bTrue\b|\bFalse\b|\bNone\b"""
)
_SHOWN = re.compile(
    rf"""(?P<argument>{_LITERAL})\s*(?:(?:should|must|will)\s+)?
    (?:(?:gives?|returns?|becomes?|yields?)\b|->|=>|\u2192)\s*(?P<result>{_LITERAL})""",
    re.VERBOSE,
)
"""An example without its call, of the one function that a text is about: ``"ab" gives "AB"``."""
_FIRST_SHOWN = re.compile(r"(?:[:;(]|\be\.g\.|\bfor\s+example,?|\bwhere)\s*$", re.IGNORECASE)
_NEXT_SHOWN = re.compile(r"\s*[,;.]?\s*(?:(?:and|but|while)\s+)?", re.IGNORECASE)
_SIGNATURE = re.compile(r"(?<![\w.])(?P<name>[A-Za-z_]\w*)\(\s*[A-Za-z_]\w*\s*\)")
_CHECKED = re.compile(r"""command_output_matches "(?P<command>python3 -c .*?repr\(value\)\)')\"""")
"""An example as the name of the check that runs its command, wherever a text has it."""
_IN_CODE = re.compile(
    rf"value = (?P<call>.*); print\({AS_EXPECTED!r} if value == (?P<result>.*) else repr\(value\)\)"
)


@dataclass(frozen=True, slots=True)
class CallExample:
    """A call and the result that the goal says it gives."""

    name: str
    arguments: str
    result: str

    def command(self, path: str) -> str:
        """A shell command that makes the call and prints ``AS_EXPECTED`` or what it gave."""
        directory, file = posixpath.split(path)
        code = (
            f"import sys; sys.path.insert(0, {directory or '.'!r}); "
            f"from {posixpath.splitext(file)[0]} import {self.name}; "
            f"value = {self.name}({self.arguments}); "
            f"print({AS_EXPECTED!r} if value == {self.result} else repr(value))"
        )
        return f"python3 -c {shlex.quote(code)}"


def defined_names(text: str) -> list[str]:
    """Functions and classes that the text says there are, in order."""
    names = (
        match["named"] or match["quoted"] or match["called"] for match in _DEFINED.finditer(text)
    )
    return list(dict.fromkeys(names))


def call_examples(text: str) -> list[CallExample]:
    """Calls of literals with literal results, in order."""
    return list(dict.fromkeys(_examples(text)))


def with_plain_examples(text: str) -> str:
    """The text with the call and the result of an example for the command that checks it, for people."""
    return _CHECKED.sub(_in_plain_words, text)


def _in_plain_words(check: re.Match[str]) -> str:
    """What a command checks; the command as it is when it is no example's."""
    try:
        code = shlex.split(check["command"])[-1]
    except ValueError:
        return check[0]
    found = _IN_CODE.search(code)
    return f"{found['call']} is {found['result']}" if found else check[0]


def _examples(text: str) -> Iterator[CallExample]:
    """Every example whose arguments and result are Python literals."""
    defined = set(defined_names(text))
    signatures = {match["name"] for match in _SIGNATURE.finditer(text)}
    if len(defined) == 1 and defined == signatures:
        yield from _shown(text, defined.pop())
    for match in _EXAMPLE.finditer(text):
        arguments = match["arguments"].strip()
        if _is_literal(f"({arguments},)" if arguments else "()") and _is_literal(match["result"]):
            yield CallExample(match["name"], arguments, match["result"])


def _shown(text: str, name: str) -> Iterator[CallExample]:
    """Examples without their call, as far as they begin a list of such: ``under 18 gives 0`` is none."""
    last = 0
    for match in _SHOWN.finditer(text):
        before = text[last : match.start()]
        begins = _NEXT_SHOWN.fullmatch(before) if last else _FIRST_SHOWN.search(before)
        if begins:
            yield CallExample(name, match["argument"], match["result"])
            last = match.end()


def _is_literal(code: str) -> bool:
    """Whether code is a Python literal, with nothing in it that could run."""
    try:
        ast.literal_eval(code)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False
    return True
