"""A second way to a result: a program that a model writes afresh, run in a copy of the workspace."""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from loom_core.contracts.check import CheckContext
from loom_core.contracts.verifier import VerificationContext
from loom_core.prompts import program_in, program_messages
from loom_core.types import ModelRole
from loom_core.workspace import holds_secrets
from loom_verifiers.checks.scratch_copy import scratch_copy

_TIMEOUT_SECONDS = 20.0
_MAX_RESULT_BYTES = 1024 * 1024
_MAX_SHOWN_BYTES = 64 * 1024
_SHOWN_FILES = 3
_PROGRAM = "independent_program.py"


@dataclass(frozen=True, slots=True)
class Computed:
    """A program and what it made."""

    program: str
    result: str
    """The content of the target."""


async def compute(
    style: str,
    task: str,
    target: str,
    context: VerificationContext,
    *,
    before: str | None = None,
) -> Computed | None:
    """What a freshly written program makes of the task; None if it fails.

    Args:
        style: one of ``SECOND_STYLES``.
        task: what is wanted, in the user's or planner's words.
        target: the file that the task wants made, relative to the workspace.
        context: the model is asked, and the workspace copied, through it. Nobody sees what the
            executor did: the target is left out of the copy.
        before: what the target held before the task, when it was there: the copy has that.

    Raises:
        WorkspaceTooLarge: the workspace cannot be copied.
        ModelError: no model answers.
    """
    data = await asyncio.to_thread(named_files, task, target, context.look)
    if before is not None:
        data = [(target, before), *data]
    messages = program_messages(task, data, style=style)
    response = await context.ask_model(ModelRole.VERIFIER, messages, None)
    program = program_in(response.text)
    result = await _run(program, target, context.look, before) if program else None
    return None if result is None else Computed(program, result)


async def _run(program: str, target: str, look: CheckContext, before: str | None) -> str | None:
    """What the program leaves in the target, or prints when it makes no such file."""
    with ExitStack() as stack:
        copy = await asyncio.to_thread(stack.enter_context, scratch_copy(look.workspace.root))
        made = copy / target
        made.unlink(missing_ok=True)
        if before is not None:
            made.write_text(before, encoding="utf-8", errors="replace")
        (copy / _PROGRAM).write_text(program, encoding="utf-8", errors="replace")
        done = await look.sandbox.run(
            f"python3 {_PROGRAM}", workspace=copy, timeout_seconds=_TIMEOUT_SECONDS
        )
        if done.exit_code != 0:
            return None
        if before is not None:
            return _content(made) or None
        return _content(made) or done.output.strip() or None


def _content(made: Path) -> str:
    """The text of a result file; empty when there is none, or it is no plain file of that size."""
    if made.is_symlink() or not made.is_file() or made.stat().st_size > _MAX_RESULT_BYTES:
        return ""
    return made.read_text("utf-8", "replace").strip()


def named_files(task: str, target: str, look: CheckContext) -> list[tuple[str, str]]:
    """The files that the task names, so that a program can fit them; none that hold secrets."""
    named = [
        entry
        for entry in look.workspace.files()
        if entry.path != target and entry.path in task and not holds_secrets(entry.path)
    ]
    return [
        (entry.path, look.workspace.read(entry.path).decode("utf-8", "replace"))
        for entry in named[:_SHOWN_FILES]
        if entry.size_bytes <= _MAX_SHOWN_BYTES
    ]
