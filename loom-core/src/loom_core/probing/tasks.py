"""The built-in set of small tasks: each answer is right or wrong, and a program decides."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import JsonValue

from loom_core.dialects import first_object
from loom_core.probing.interview import Interview, user
from loom_core.quiet_parsing import without_warnings

_SCHEMA: dict[str, JsonValue] = {
    "type": "object",
    "properties": {"answer": {"type": "string", "maxLength": 200}},
    "required": ["answer"],
    "additionalProperties": False,
}
_FORMAT = 'Answer with one JSON object: {"answer": "…"}, nothing but the answer itself in it.'


@dataclass(frozen=True, slots=True)
class SmallTask:
    """A question, and what tells a right answer."""

    name: str
    question: str
    is_right: Callable[[str], bool]


def _just(expected: str) -> Callable[[str], bool]:
    """Exactly this, but for case and what stands around it."""
    return lambda answer: answer.strip(" .`'\"\n").casefold() == expected.casefold()


def _words(*expected: str) -> Callable[[str], bool]:
    """These words in this order, whatever separates them."""
    return lambda answer: re.findall(r"[\w.]+", answer) == list(expected)


def _code(expected: str) -> Callable[[str], bool]:
    """Python that means the same to its parser; nothing is run."""

    def is_right(answer: str) -> bool:
        try:
            with without_warnings():
                return ast.dump(ast.parse(answer.strip("` \n"))) == ast.dump(ast.parse(expected))
        except (SyntaxError, ValueError):
            return False

    return is_right


_LOG = "INFO start\nERROR disk\nWARN slow\nERROR net\nINFO stop\nERROR disk"
TASKS = (
    SmallTask("sum", "What is 347 + 586?", _just("933")),
    SmallTask("count", f"How many of these lines begin with ERROR?\n{_LOG}", _just("3")),
    SmallTask(
        "extract",
        "Which e-mail address is in this text? Write to Ada (ada.b@example.org) before noon.",
        _just("ada.b@example.org"),
    ),
    SmallTask(
        "sort",
        "Sort these numbers, the smallest first, with a comma between: 42, 7, 19, 3",
        _words("3", "7", "19", "42"),
    ),
    SmallTask(
        "lookup",
        'Which port does api use? {"web": {"port": 8080}, "api": {"tls": true, "port": 8443}}',
        _just("8443"),
    ),
    SmallTask(
        "trace",
        "What does this Python program print?\nprint(sum(n * n for n in [1, 2, 3]))",
        _just("14"),
    ),
    SmallTask(
        "repair",
        "Correct the syntax of this line of Python: for i in range(3) print(i)",
        _code("for i in range(3): print(i)"),
    ),
    SmallTask(
        "edit",
        "Change the value to 45 and give the new line: timeout_seconds = 30",
        _code("timeout_seconds = 45"),
    ),
    SmallTask(
        "write",
        "Write a Python expression for the largest number in the list called prices.",
        _code("max(prices)"),
    ),
    SmallTask(
        "select",
        "Which of these files end in .py? Separate them by a comma: a.txt, b.py, c.pyc, d.py",
        _words("b.py", "d.py"),
    ),
    SmallTask(
        "reason",
        "Ada is older than Ben. Ben is older than Cy. Who of them is the youngest?",
        _just("Cy"),
    ),
    SmallTask("calendar", "Which day of the week is three days after Friday?", _just("Monday")),
)


async def failed_tasks(interview: Interview) -> list[str]:
    """The names of the tasks that the model got wrong."""
    return [task.name for task in TASKS if not await _passes(interview, task)]


async def _passes(interview: Interview, task: SmallTask) -> bool:
    """Whether the model's answer to a task is right."""
    response = await interview.try_to_ask(user(f"{task.question}\n\n{_FORMAT}"), schema=_SCHEMA)
    found = first_object(response.text, may_repair=True) if response is not None else None
    answer = found.value.get("answer") if found is not None else None
    return isinstance(answer, str | int) and task.is_right(str(answer))
