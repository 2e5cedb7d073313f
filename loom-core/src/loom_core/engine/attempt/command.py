"""One attempt by a shell command: at files that only go elsewhere, and at what no other form fits."""

import posixpath

from loom_core.contracts.context import Beginning, Context, ModelFacts
from loom_core.dialects import DIALECTS
from loom_core.engine.attempt.opening import show_files
from loom_core.engine.attempt.plain import failing, run_plainly
from loom_core.planning.computed_files import FILE_COMPUTED
from loom_core.planning.relocations import is_only_moving
from loom_core.planning.sole_file import sole_file
from loom_core.prompts import command_in, command_messages
from loom_core.types import ChangeKind, Outcome, Subtask

COMMAND = "command"
"""What the journal calls the form of such an attempt, where others name a dialect."""
MAX_ATTEMPTS = 2
"""Attempts by commands; later ones are conversations like any other subtask's."""
_OTHER_WAY = 2
"""The attempt at which a command is tried where a conversation was first: it rarely does better twice."""
_RUNNER = "shell_execute"


def wants_command(subtask: Subtask, context: Context, facts: ModelFacts) -> bool:
    """Whether a subtask is tried by a command, of a model that does not call through its server.

    That is one that only moves or deletes files, and after a first conversation one that is not about
    the content of a single file. A resumed attempt goes on in the form in which it was begun.
    """
    if context.beginning is not None:
        return context.beginning.dialect == COMMAND
    if DIALECTS[facts.dialect].calls_through_server or _RUNNER not in context.tools:
        return False
    if is_only_moving(subtask.description, subtask.checks):
        return context.way <= MAX_ATTEMPTS
    is_about_a_file = sole_file(subtask.description, subtask.checks) or any(
        check.kind == FILE_COMPUTED for check in subtask.checks
    )
    return context.way == _OTHER_WAY and bool(subtask.checks) and not is_about_a_file


async def run_by_command(subtask: Subtask, context: Context, facts: ModelFacts) -> Outcome:
    """Ask for commands until every check passes. Raises ``ModelError`` like any call of a model."""
    shown = await show_files(context.workspace, "")
    prompt = command_messages(subtask.description, shown.text, feedback=context.feedback)

    async def act(answer: str, number: int) -> str:
        return await _try(command_in(answer), subtask, context, number)

    beginning = Beginning(facts.name, COMMAND, prompt, shown.seen, shows_names=bool(shown.text))
    return await run_plainly(beginning, context, facts, act, wanted="command")


def _deleted_beside(subtask: Subtask, context: Context) -> str:
    """What a command deleted although nobody named it; the attempt fails by it and is taken back."""
    wanted = {check.target for check in subtask.checks if check.kind == "file_missing"}
    beside = [
        change.path
        for change in context.changes
        if change.kind is ChangeKind.DELETED
        and change.is_of_file
        and change.path not in wanted
        and posixpath.basename(change.path) not in subtask.description
        and not context.workspace.exists(change.path)
    ]
    return f"it deleted {', '.join(beside)}, which had to stay" if beside else ""


async def _try(command: str, subtask: Subtask, context: Context, number: int) -> str:
    """Run a command; what is wrong afterwards, empty when every check passes."""
    if not command:
        return "there was no command in the answer"
    result = await context.call_tool(_RUNNER, {"command": command}, call_id=f"command-{number}")
    wrong = _deleted_beside(subtask, context) or failing(await context.run_checks(subtask.checks))
    return f"{result.text}\n{wrong}" if wrong and result.is_error else wrong
