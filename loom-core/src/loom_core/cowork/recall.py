"""A tool that finds what was said earlier in a session, also after it was summed up."""

import re
from collections.abc import Callable, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from loom_core.contracts.tool import RecoveryClass, Risk, Tool, ToolContext
from loom_core.types import ToolResult

NAME = "recall"
_SHOWN = 5
_MAX_CHARACTERS = 1500
_WORD = re.compile(r"\w{2,}")


class RecallArguments(BaseModel):
    """What to look for."""

    model_config = ConfigDict(extra="forbid")

    query: Annotated[str, Field(min_length=1, max_length=300, description="words to look for")]


class Recall(Tool[RecallArguments]):
    """Finds turns by the words that are in them."""

    name = NAME
    purpose = "Find what was said or seen earlier in this session."
    arguments_model = RecallArguments
    risk = Risk.READ
    recovery = RecoveryClass.PURE
    is_parallel_safe = True
    reads_private = True
    untrusted_input = True

    def __init__(self, passages: Callable[[], Sequence[str]]) -> None:
        """Look through these, the oldest first."""
        self._passages = passages

    async def run(self, arguments: RecallArguments, context: ToolContext) -> ToolResult:
        """The passages that have most of the words, the newest first where they have as many."""
        wanted = _words(arguments.query)
        scored = [
            (len(wanted & _words(passage)), index, passage)
            for index, passage in enumerate(self._passages())
        ]
        found = sorted((one for one in scored if one[0]), reverse=True)[:_SHOWN]
        if not found:
            return ToolResult(text="Nothing in this session has these words.")
        return ToolResult(text="\n\n---\n".join(_cut(passage) for _, _, passage in found))


def _words(text: str) -> set[str]:
    """The words of a text, in lower case."""
    return set(_WORD.findall(text.lower()))


def _cut(passage: str) -> str:
    """The passage, or its beginning."""
    if len(passage) <= _MAX_CHARACTERS:
        return passage
    return f"{passage[:_MAX_CHARACTERS]}\n[… {len(passage) - _MAX_CHARACTERS:,} characters more]"
