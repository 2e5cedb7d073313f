"""One attempt at a computed file by a program, for models that write programs better than commands.

A model of 0.5B gets one computed result in eight right as a shell command, and most of them as a
Python program that it is asked for in plain words (``benchmarks/README.md``). So the harness asks
for the program, runs it through the shell tool, and sends back what went wrong.
"""

import asyncio
import shlex

from loom_core.contracts.context import Beginning, Context, ModelFacts
from loom_core.dialects import DIALECTS
from loom_core.engine.attempt.opening import show_files
from loom_core.engine.attempt.plain import contents, failing, run_plainly
from loom_core.engine.attempt.proposed import proposed
from loom_core.planning.computed_files import FILE_COMPUTED
from loom_core.planning.sole_file import sole_file
from loom_core.prompts import FIRST_STYLES, program_in, program_messages
from loom_core.types import Outcome, Subtask

PROGRAM = "program"
"""What the journal calls the form of such an attempt, where others name a dialect."""
MAX_ATTEMPTS = len(FIRST_STYLES)
"""Attempts by programs; later ones are conversations like any other subtask's."""

_EDITING_ATTEMPT = 2
"""The attempt at which a program changes a file that could not be written anew."""
_RUNNER = "shell_execute"
_HERE_DOCUMENT_END = "LOOM_PROGRAM_END"


async def program_target(subtask: Subtask, context: Context, facts: ModelFacts) -> str | None:
    """The file that a program shall make or change, of a model that does not call through its server.

    A computed file is always made by a program; a file that is there is changed by one once writing
    it anew failed. A resumed attempt goes on in the form in which it was begun.
    """
    target = _computed(subtask)
    if context.beginning is not None:
        is_program = context.beginning.dialect == PROGRAM
        return (target or sole_file(subtask.description, subtask.checks)) if is_program else None
    if DIALECTS[facts.dialect].calls_through_server or _RUNNER not in context.tools:
        return None
    if target is not None:
        return target if context.way <= MAX_ATTEMPTS else None
    if context.way != _EDITING_ATTEMPT:
        return None
    edited = sole_file(subtask.description, subtask.checks)
    is_there = edited is not None and await asyncio.to_thread(context.workspace.is_file, edited)
    return edited if is_there else None


def _computed(subtask: Subtask) -> str | None:
    """The one computed file of a subtask that wants no other."""
    targets = {check.target for check in subtask.checks if check.kind == FILE_COMPUTED}
    made = {check.target for check in subtask.checks if check.kind == "file_exists"}
    return targets.pop() if len(targets) == 1 and made <= targets else None


async def run_by_program(
    target: str, subtask: Subtask, context: Context, facts: ModelFacts
) -> Outcome:
    """Ask for programs until every check passes. Raises ``ModelError`` like any call of a model."""
    shown = await show_files(context.workspace, subtask.description)
    printed_to = target if _computed(subtask) is not None else ""
    held = await asyncio.to_thread(contents, context.workspace, shown)
    # An earlier result is no data; a file that is to be changed is.
    data = [(path, content) for path, content in held if path != printed_to]
    style = FIRST_STYLES[(context.way - 1) % len(FIRST_STYLES)]
    prompt = program_messages(subtask.description, data, style=style, feedback=context.feedback)

    async def act(answer: str, number: int) -> str:
        return await _try(program_in(answer), printed_to, subtask, context, number)

    beginning = Beginning(facts.name, PROGRAM, prompt, shown.seen)
    proposal = proposed(target, context, is_program=True)

    async def act_as_proposed() -> str:
        return await _try(proposal, printed_to, subtask, context, 0)

    first = act_as_proposed if proposal else None
    return await run_plainly(beginning, context, facts, act, wanted="program", first=first)


async def _try(
    program: str, printed_to: str, subtask: Subtask, context: Context, number: int
) -> str:
    """Run a program; what is wrong afterwards, empty when every check passes."""
    if not program:
        return "there was no program in the answer"
    result = await context.call_tool(
        _RUNNER, {"command": _command(program)}, call_id=f"program-{number}"
    )
    if result.is_error:
        return f"the program failed: {result.text}"
    wrong = failing(await context.run_checks(subtask.checks))
    # It may have printed what belongs into the file.
    if wrong and printed_to and not result.changes:
        command = _command(program, output=printed_to)
        await context.call_tool(_RUNNER, {"command": command}, call_id=f"printed-{number}")
        wrong = failing(await context.run_checks(subtask.checks))
    return wrong


def _command(program: str, *, output: str = "") -> str:
    """The shell command that runs a program."""
    into = f" > {shlex.quote(output)}" if output else ""
    return f"python3 -{into} <<'{_HERE_DOCUMENT_END}'\n{program}\n{_HERE_DOCUMENT_END}"
