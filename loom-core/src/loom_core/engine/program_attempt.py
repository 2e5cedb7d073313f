"""One attempt at a computed file by a program, for models that write programs better than commands.

A model of 0.5B gets one computed result in eight right as a shell command, and most of them as a
Python program that it is asked for in plain words (``benchmarks/README.md``). So the harness asks
for the program, runs it through the shell tool, and sends back what went wrong.
"""

import asyncio
import shlex

from loom_core.contracts.context import Beginning, Context, ModelFacts
from loom_core.dialects import JsonActionDialect
from loom_core.engine.opening import show_files
from loom_core.engine.plain_attempt import failing, run_plainly
from loom_core.planning.computed_files import FILE_COMPUTED
from loom_core.prompts import FIRST_STYLES, program_in, program_messages
from loom_core.types import Outcome, Subtask

PROGRAM = "program"
"""What the journal calls the form of such an attempt, where others name a dialect."""
MAX_ATTEMPTS = len(FIRST_STYLES)
"""Attempts by programs; later ones are conversations like any other subtask's."""

_RUNNER = "shell_execute"
_HERE_DOCUMENT_END = "LOOM_PROGRAM_END"


def suits_a_program(subtask: Subtask, context: Context, facts: ModelFacts) -> bool:
    """Whether a subtask wants one computed file and nothing else, of a model that writes JSON actions.

    A resumed attempt goes on in the form in which it was begun, whatever the model is now.
    """
    if context.beginning is not None:
        return context.beginning.dialect == PROGRAM
    targets = {check.target for check in subtask.checks if check.kind == FILE_COMPUTED}
    made = {check.target for check in subtask.checks if check.kind == "file_exists"}
    return (
        len(targets) == 1
        and made <= targets
        and facts.dialect == JsonActionDialect.name
        and _RUNNER in context.tools
        and context.attempt <= MAX_ATTEMPTS
    )


async def run_by_program(subtask: Subtask, context: Context, facts: ModelFacts) -> Outcome:
    """Ask for programs until every check passes. Raises ``ModelError`` like any call of a model."""
    target = next(check.target for check in subtask.checks if check.kind == FILE_COMPUTED)
    shown = await show_files(context.workspace, subtask.description)
    data = await asyncio.to_thread(_contents, context, list(shown.seen), target)
    style = FIRST_STYLES[context.attempt - 1]
    prompt = program_messages(subtask.description, data, style=style)

    async def act(answer: str, number: int) -> str:
        return await _try(program_in(answer), target, subtask, context, number)

    beginning = Beginning(facts.name, PROGRAM, prompt, shown.seen)
    return await run_plainly(beginning, context, facts, act, wanted="program")


async def _try(program: str, target: str, subtask: Subtask, context: Context, number: int) -> str:
    """Run a program; what is wrong afterwards, empty when every check passes."""
    if not program:
        return "there was no program in the answer"
    result = await context.call_tool(
        _RUNNER, {"command": _command(program)}, call_id=f"program-{number}"
    )
    if result.is_error:
        return f"the program failed: {result.text}"
    wrong = failing(await context.run_checks(subtask.checks))
    if wrong and not result.changes:  # it may have printed what belongs into the file
        command = f"{_command(program, output=target)}"
        await context.call_tool(_RUNNER, {"command": command}, call_id=f"printed-{number}")
        wrong = failing(await context.run_checks(subtask.checks))
    return wrong


def _command(program: str, *, output: str = "") -> str:
    """The shell command that runs a program."""
    into = f" > {shlex.quote(output)}" if output else ""
    return f"python3 -{into} <<'{_HERE_DOCUMENT_END}'\n{program}\n{_HERE_DOCUMENT_END}"


def _contents(context: Context, paths: list[str], target: str) -> list[tuple[str, str]]:
    """The files whose beginnings are shown."""
    return [
        (path, context.workspace.read(path).decode("utf-8", "replace"))
        for path in paths
        if path != target
    ]
