"""One attempt at one file by its content, for models that write files better than actions."""

import asyncio

from loom_core.contracts.context import Beginning, Context, ModelFacts
from loom_core.dialects import DIALECTS
from loom_core.engine.attempt.opening import show_files, small_text
from loom_core.engine.attempt.plain import contents, failing, run_plainly
from loom_core.engine.attempt.proposed import proposed
from loom_core.planning.sole_file import run_command, sole_file
from loom_core.prompts import FIRST_FORMS, content_in, file_messages, is_data, told_forms
from loom_core.types import Outcome, Subtask

FILE = "file"
"""What the journal calls the form of such an attempt, where others name a dialect."""
MAX_ATTEMPTS = 4
"""Attempts by content, or by a program that changes the file; later ones are conversations.

A conversation takes ten times the prompt, and does no better at what four forms got wrong.
"""

_WRITER = "write_file"
_MAX_REWRITTEN_BYTES = 2_000
"""Longer files are edited: writing all of one anew takes long and loses lines."""


async def file_to_write(subtask: Subtask, context: Context, facts: ModelFacts) -> str | None:
    """The one file whose content a subtask wants, of a model that does not call through its server.

    None when there is no such file, or it is too long to be written anew. A resumed attempt goes on
    in the form in which it was begun, whatever the model is now.
    """
    target = sole_file(subtask.description, subtask.checks)
    if target is None or context.beginning is not None:
        return target if context.beginning and context.beginning.dialect == FILE else None
    is_suited = (
        not DIALECTS[facts.dialect].calls_through_server
        and _WRITER in context.tools
        and context.way <= MAX_ATTEMPTS
        and await asyncio.to_thread(_is_short, context, target)
    )
    return target if is_suited else None


async def run_by_file(
    target: str, subtask: Subtask, context: Context, facts: ModelFacts
) -> Outcome:
    """Ask for the file until every check passes. Raises ``ModelError`` like any call of a model."""
    shown = await show_files(context.workspace, subtask.description)
    data = await asyncio.to_thread(contents, context.workspace, shown)
    is_there = any(path == target for path, _ in data)
    forms = FIRST_FORMS[is_data(target) and not is_there]
    form = forms[(context.way - 1) % len(forms)]
    prompt = file_messages(
        subtask.description,
        data,
        target,
        form,
        feedback=context.feedback,
        command=run_command(target, subtask.checks),
        demands=told_forms(target, subtask.checks, context.checks),
    )

    async def act(answer: str, number: int) -> str:
        return await _try(content_in(answer, target), target, subtask, context, number)

    beginning = Beginning(facts.name, FILE, prompt, shown.seen)
    proposal = proposed(target, context)

    async def act_as_proposed() -> str:
        return await _try(proposal, target, subtask, context, 0)

    wanted = f"content of {target}"
    first = act_as_proposed if proposal else None
    return await run_plainly(beginning, context, facts, act, wanted=wanted, first=first)


async def _try(content: str, target: str, subtask: Subtask, context: Context, number: int) -> str:
    """Write the content; what is wrong afterwards, empty when every check passes."""
    if not content.strip():
        return "the answer was empty"
    result = await context.call_tool(
        _WRITER, {"path": target, "content": content}, call_id=f"file-{number}"
    )
    if result.is_error:
        return result.text
    return failing(await context.run_checks(subtask.checks))


def _is_short(context: Context, target: str) -> bool:
    """Whether a file is not there yet, or is a short text that the prompt shows."""
    workspace = context.workspace
    if not workspace.exists(target):
        return True
    return small_text(workspace, target, max_bytes=_MAX_REWRITTEN_BYTES) is not None
