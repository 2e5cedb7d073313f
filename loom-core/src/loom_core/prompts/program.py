"""Asking for a program instead of an action: small models write right programs and wrong commands."""

import json
import re
from collections.abc import Sequence

from loom_core.prompts.feedback import told
from loom_core.prompts.imports import with_imports
from loom_core.types import Message, Role

FIRST_STYLES = (
    "Keep it simple.",
    "Answer with the whole program.",
    "It must run as it is.",
    "Write a complete script with a main part.",
)
"""What the program that makes a result is asked for beside the task, by attempt.

As many as there are attempts: in a conversation a small model writes the result by hand.
"""
SECOND_STYLES = (
    "Keep it as short as you can.",
    "Use clear names.",
    "Close every file that you open.",
)
"""What programs that confirm a result are asked for, so that none is the same program again.

Nothing that changes how the work is done: told to use a function or a loop, small models lose the
aim.
"""

_SYSTEM = "You write short Python programs. You answer with the code alone."
_EXAMPLE = (
    Message(
        role=Role.USER,
        text="Task: Write the number of empty lines of notes.txt to empty.txt.\n\n"
        "Write a Python program that does this with the standard library.",
    ),
    Message(
        role=Role.ASSISTANT,
        text="""```python
with open("notes.txt") as file:
    result = sum(1 for line in file if not line.strip())
with open("empty.txt", "w") as out:
    out.write(str(result))
```""",
    ),
)
"""Shows a small model that the file gets the bare result, and that no explanation is wanted."""
_FENCED = re.compile(r"```(?:python|py)?[ \t]*\n(.*?)(?:```|\Z)", re.DOTALL)
_COLUMN = re.compile(r"\s*[A-Za-z_][\w ]{0,30}")
"""The name of a column, without the quotation marks or digits of data."""
_WHOLE = re.compile(r"\s*-?(?:0|[1-9]\d*)\s*")
"""Not what begins with a zero, as postcodes and telephone numbers do."""
_DECIMAL = re.compile(r"\s*-?(?:0|[1-9]\d*)(?:\.\d+)?\s*")
_LEAST_LINES_OF_A_TABLE = 2
_SHOWN_LINES = 12
_SHOWN_CHARACTERS = 600


def program_messages(
    task: str, data: Sequence[tuple[str, str]], *, style: str, feedback: Sequence[str] = ()
) -> tuple[Message, ...]:
    """The conversation that asks for a program.

    Args:
        task: what is wanted, in the user's or planner's words.
        data: name and content of each file that the program reads; only beginnings are shown.
        style: one of ``FIRST_STYLES`` or ``SECOND_STYLES``.
        feedback: what was wrong with earlier attempts, oldest first.
    """
    shown = "".join(_show(name, content) for name, content in data)
    request = (
        f"{shown}Task: {task}{told(feedback)}\n\nWrite a Python program that does this with the "
        f"standard library. {style} It takes no arguments. It reads the data from the files; "
        "it does not contain the result."
    )
    return (
        Message(role=Role.SYSTEM, text=_SYSTEM),
        *_EXAMPLE,
        Message(role=Role.USER, text=request),
    )


def program_in(text: str) -> str:
    """The first fenced block of an answer, or all of it, with the imports that were forgotten."""
    fenced = _FENCED.search(text)
    return with_imports((fenced.group(1) if fenced else text).strip())


def _show(name: str, content: str) -> str:
    """The beginning of one file under its name."""
    lines = content.splitlines()
    head = "\n".join(lines[:_SHOWN_LINES])[:_SHOWN_CHARACTERS]
    more = "\n…" if len(head) < len(content.rstrip("\n")) else ""
    return f"The file {name}, {len(lines)} lines:\n{head}{more}\n{_columns(name, lines)}\n"


def _columns(name: str, lines: Sequence[str]) -> str:
    """What a small model forgets of a table: that its first line is no data, and how rows are read."""
    if not name.lower().endswith(".csv") or len(lines) < _LEAST_LINES_OF_A_TABLE:
        return ""
    names = lines[0].split(",")
    if not all(_COLUMN.fullmatch(one) for one in names):
        return ""
    rows = [line.split(",") for line in lines[1:] if line.strip()]
    told = [
        _value(one.strip(), [row[index] for row in rows if index < len(row)])
        for index, one in enumerate(names)
    ]
    return (
        "Its first line names the columns. Read it with csv.DictReader: each row has "
        f"{', '.join(told)}.\n"
    )


def _value(name: str, values: Sequence[str]) -> str:
    """How a program reads one column: small models compare numbers as the text that they are in a file."""
    cell = f"row[{json.dumps(name)}]"
    if values and all(_WHOLE.fullmatch(one) for one in values):
        return f"int({cell})"
    if values and all(_DECIMAL.fullmatch(one) for one in values):
        return f"float({cell})"
    return cell
