"""The built-in extraction from the events of a subtask: what humans said and what tools showed."""

from loom_core.contracts.context import Context
from loom_core.extraction.human_words import human_words
from loom_core.extraction.tool_facts import detours, tool_results
from loom_core.hookspecs import hookimpl
from loom_core.types import MemoryEntry, Outcome, Subtask


class Chronicler:
    """Answers ``loom_extract`` with decisions, instructions, tool results and discoveries."""

    @hookimpl(trylast=True)
    def loom_extract(
        self, subtask: Subtask, outcome: Outcome, context: Context
    ) -> list[MemoryEntry]:
        """What was said and shown; without asking a model."""
        story = context.story()
        return [
            *human_words(story, subtask.id),
            *tool_results(story, outcome.tool_records, subtask.id),
            *detours(outcome.tool_records, subtask.id),
        ]
