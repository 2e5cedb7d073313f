"""A second way to a result: a program that a model writes afresh, run in a copy of the workspace."""

import asyncio
import re
from contextlib import ExitStack
from pathlib import Path

from loom_core.contracts.check import CheckContext
from loom_core.contracts.verifier import VerificationContext
from loom_core.types import Message, ModelRole, Role
from loom_core.workspace import holds_secrets
from loom_verifiers.checks.scratch_copy import scratch_copy

STYLES = (
    "Keep it short and simple.",
    "Put the work into one function and call it.",
    "Go through the data step by step in a plain loop.",
)
"""What each program is asked for beside the task, so that they are not all the same program."""

_TIMEOUT_SECONDS = 20.0
_MAX_RESULT_BYTES = 1024 * 1024
_SHOWN_FILES = 3
_SHOWN_LINES = 12
_SHOWN_CHARACTERS = 600
_FENCED = re.compile(r"```(?:python|py)?[ \t]*\n(.*?)(?:```|\Z)", re.DOTALL)
_PROGRAM = "independent_program.py"
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


async def compute(style: str, task: str, target: str, context: VerificationContext) -> str | None:
    """What a freshly written program makes of the task: the target's content; None if it fails.

    Args:
        style: one of ``STYLES``.
        task: what is wanted, in the user's or planner's words.
        target: the file that the task wants made, relative to the workspace.
        context: the model is asked, and the workspace copied, through it. Nobody sees what the
            executor did: the target is left out of the copy.

    Raises:
        WorkspaceTooLarge: the workspace cannot be copied.
        ModelError: no model answers.
    """
    shown = await asyncio.to_thread(_show_data, task, target, context.look)
    request = (
        f"{shown}Task: {task}\n\nWrite a Python program that does this with the standard library. "
        f"{style} It reads the data from the files; it does not contain the result."
    )
    messages = (
        Message(role=Role.SYSTEM, text=_SYSTEM),
        *_EXAMPLE,
        Message(role=Role.USER, text=request),
    )
    response = await context.ask_model(ModelRole.VERIFIER, messages, None)
    program = program_in(response.text)
    return await _run(program, target, context.look) if program else None


def program_in(text: str) -> str:
    """The code in an answer: its first fenced block, or all of it when it has none."""
    fenced = _FENCED.search(text)
    return (fenced.group(1) if fenced else text).strip()


async def _run(program: str, target: str, look: CheckContext) -> str | None:
    """What the program leaves in the target, or prints when it makes no such file."""
    with ExitStack() as stack:
        copy = await asyncio.to_thread(stack.enter_context, scratch_copy(look.workspace.root))
        made = copy / target
        made.unlink(missing_ok=True)
        (copy / _PROGRAM).write_text(program, encoding="utf-8", errors="replace")
        done = await look.sandbox.run(
            f"python3 {_PROGRAM}", workspace=copy, timeout_seconds=_TIMEOUT_SECONDS
        )
        if done.exit_code != 0:
            return None
        return _content(made) or done.output.strip() or None


def _content(made: Path) -> str:
    """The text of a result file; empty when there is none, or it is no plain file of that size."""
    if made.is_symlink() or not made.is_file() or made.stat().st_size > _MAX_RESULT_BYTES:
        return ""
    return made.read_text("utf-8", "replace").strip()


def _show_data(task: str, target: str, look: CheckContext) -> str:
    """The beginnings of the files that the task names, so that a program can fit them."""
    named = [
        entry.path
        for entry in look.workspace.files()
        if entry.path != target and entry.path in task and not holds_secrets(entry.path)
    ]
    return "".join(_show(path, look) for path in named[:_SHOWN_FILES])


def _show(path: str, look: CheckContext) -> str:
    """The beginning of one file under its name."""
    text = look.workspace.read(path).decode("utf-8", "replace")
    lines = text.splitlines()
    head = "\n".join(lines[:_SHOWN_LINES])[:_SHOWN_CHARACTERS]
    more = "\n…" if len(head) < len(text.rstrip("\n")) else ""
    return f"The file {path}, {len(lines)} lines:\n{head}{more}\n\n"
