"""The built-in executor: which form an attempt takes, by the subtask and the model."""

from loom_core.contracts.context import Context
from loom_core.dialects import DIALECTS
from loom_core.engine.attempt.command import run_by_command, wants_command
from loom_core.engine.attempt.conversation import Conversation
from loom_core.engine.attempt.endings import failed, failed_by_model
from loom_core.engine.attempt.file import file_to_write, run_by_file
from loom_core.engine.attempt.offered_tools import offered_tools
from loom_core.engine.attempt.opening import open_conversation
from loom_core.engine.attempt.program import program_target, run_by_program
from loom_core.errors import ErrorCategory, ModelError
from loom_core.hookspecs import hookimpl
from loom_core.types import FailureKind, ModelRole, Outcome, Subtask

_OTHER_VERSION = "another version of Loom began this attempt in a form that is not known here"


class Runner:
    """Answers ``loom_execute`` when no plugin does."""

    @hookimpl(trylast=True)
    async def loom_execute(self, subtask: Subtask, context: Context) -> Outcome:
        """One attempt: the loop ends at a control action, a limit or going in circles."""
        try:
            facts = await context.model_facts(ModelRole.EXECUTOR)
            if wants_command(subtask, context, facts):
                return await run_by_command(subtask, context, facts)
            target = await program_target(subtask, context, facts)
            if target is not None:
                return await run_by_program(target, subtask, context, facts)
            target = await file_to_write(subtask, context, facts)
            if target is not None:
                return await run_by_file(target, subtask, context, facts)
            # As at the beginning, whatever the model is now: recorded answers must mean the same.
            begun = context.beginning
            dialect = begun.dialect if begun else facts.dialect
            if dialect not in DIALECTS:
                return failed(FailureKind.PROTOCOL, ErrorCategory.MODEL, _OTHER_VERSION)
            specs = offered_tools(
                context.tools.values(),
                context.task,
                subtask,
                dialect,
                recorded=begun.tools if begun else (),
            )
            beginning = await open_conversation(subtask, context, specs)
            return await Conversation(subtask, context, specs, beginning, facts).run()
        except ModelError as error:
            return failed_by_model(error)
