"""Second ways to a file: its content asked for in other forms, or made by a program, in a copy."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from loom_core.contracts.check import CheckContext
from loom_core.contracts.verifier import VerificationContext
from loom_core.prompts import (
    REWRITING_FORMS,
    SECOND_STYLES,
    FileForm,
    content_in,
    file_messages,
    told_forms,
)
from loom_core.types import FinishReason, ModelRole, Subtask
from loom_verifiers.independent_program import compute, named_files

_OF_ORDER = re.compile(
    r"\b(?:first|last|second|third|next|previous|before|after|above|below|order|top|bottom|line\s+\d+)\b",
    re.IGNORECASE,
)
"""Words of questions whose answer lies in the order of what is read."""
_WITH_HEADER = (".csv", ".tsv")

Way = Callable[[], Awaitable[str | None]]
"""Gives what the file holds when somebody else writes it; None when nothing comes of it."""


@dataclass(frozen=True, slots=True)
class SecondWriting:
    """How a file is written anew, by somebody who does not see what it holds now."""

    path: str
    task: str
    before: str | None
    """What it held before the subtask; None when it was not there."""
    sources: Sequence[tuple[str, str]]
    """Name and content of the other files that the task names."""
    demands: Sequence[str]
    """What checks demand of how it is written."""
    context: VerificationContext

    @classmethod
    async def of(cls, path: str, subtask: Subtask, context: VerificationContext) -> "SecondWriting":
        """The writing of one file of a subtask."""
        before = await asyncio.to_thread(_before, path, context.look)
        sources = await asyncio.to_thread(named_files, subtask.description, path, context.look)
        demands = told_forms(path, subtask.checks, context.checks)
        return cls(path, subtask.description, before, sources, demands, context)

    def ways(self) -> list[Way]:
        """The ways in which it is written, the likeliest first.

        What is made out of other files, or changed, is also tried by a program.
        """
        by_content = [self._by_content(form) for form in REWRITING_FORMS]
        if not self.sources and self.before is None:
            return by_content
        by_program = self._by_program(SECOND_STYLES[0])
        return [by_content[0], by_program, *by_content[1:]]

    @property
    def is_answer(self) -> bool:
        """Whether the file answers a question about others, in whatever order their lines stand."""
        is_asked = "?" in self.task and not _OF_ORDER.search(self.task)
        return is_asked and self.before is None and bool(self.sources)

    def turned(self) -> Way:
        """The content asked for while the lines of the other files stand the other way round.

        A small model that does not understand a question answers with what it read last, in any form.
        """
        sources = [(name, _turned(name, text)) for name, text in self.sources]
        return self._by_content(REWRITING_FORMS[0], sources)

    def _by_content(self, form: FileForm, sources: Sequence[tuple[str, str]] | None = None) -> Way:
        """Ask for the whole content, given the other files or what stands in for them."""

        async def write() -> str | None:
            own = [(self.path, self.before)] if self.before is not None else []
            messages = file_messages(
                self.task,
                [*own, *(self.sources if sources is None else sources)],
                self.path,
                form,
                demands=self.demands,
            )
            response = await self.context.ask_model(ModelRole.VERIFIER, messages, None)
            is_cut = response.finish_reason is FinishReason.LENGTH
            return None if is_cut else content_in(response.text, self.path) or None

        return write

    def _by_program(self, style: str) -> Way:
        """Ask for a program that makes or changes it."""

        async def write() -> str | None:
            done = await compute(style, self.task, self.path, self.context, before=self.before)
            return None if done is None else done.result

        return write


def _before(path: str, look: CheckContext) -> str | None:
    """What a file held before the subtask; None when it was not there or nobody knows."""
    change = next((one for one in look.changes if one.path == path), None)
    blobs = look.workspace.blobs
    if change is None or not change.before or blobs is None or change.before not in blobs:
        return None
    return blobs.get(change.before).decode("utf-8", "replace")


def _turned(name: str, text: str) -> str:
    """The lines of a text from its end to its beginning; a table's header stays where it is."""
    lines = text.splitlines()
    head = lines[:1] if name.endswith(_WITH_HEADER) else []
    return "".join(f"{line}\n" for line in [*head, *reversed(lines[len(head) :])])
