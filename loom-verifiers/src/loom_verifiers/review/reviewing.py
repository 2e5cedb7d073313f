"""One review: a fresh conversation with a model that looks with tools that only read, and judges."""

import asyncio
import json
from dataclasses import dataclass, field

from loom_core.contracts.context import ModelFacts
from loom_core.contracts.verifier import VerificationContext
from loom_core.dialects import (
    ArgumentsRejected,
    JsonActionDialect,
    ToolAction,
    validate_arguments,
)
from loom_core.prompts import estimate_tokens
from loom_core.types import (
    FinishReason,
    Message,
    ModelResponse,
    ModelRole,
    Role,
    Subtask,
    ToolSpec,
)
from loom_verifiers.review.citation import Sources
from loom_verifiers.review.conclusion import problem_with
from loom_verifiers.review.diff import diff_of
from loom_verifiers.review.draft import VERDICT, VERDICT_SPEC, VerdictDraft
from loom_verifiers.review.prompt import criteria_of, review_messages

MAX_CALLS = 8
"""Calls of a model in one review; the last of them can only be the verdict."""
MAX_CORRECTIONS = 2
"""Answers without a verdict that counts, after which there is none."""

_DIALECT = JsonActionDialect()
_CHARACTERS_PER_TOKEN = 3
_DIFF_SHARE, _RESULT_SHARE, _FULL_SHARE = 0.4, 0.1, 0.7
"""Parts of the window for the diff, for the result of one tool, and for all before the verdict."""


class NoVerdict(Exception):
    """A review that led to no verdict that counts; the text says why."""


@dataclass(slots=True)
class Review:
    """One review, from the request to the verdict. Raises ``ModelError`` like any call of a model."""

    subtask: Subtask
    context: VerificationContext
    judge: ModelFacts
    variation: int = 0
    """Above 0: another sample of the same review."""
    sources: Sources = field(init=False)
    messages: list[Message] = field(init=False)
    corrections: int = 0
    looks: list[str] = field(default_factory=list[str])
    """The calls of tools so far; who makes one again has seen enough."""

    async def hold(self) -> VerdictDraft:
        """The verdict, every citation of which exists. Raises ``NoVerdict``."""
        await asyncio.to_thread(self._open)
        for number in range(1, MAX_CALLS + 1):
            offered = self._offered(number)
            response = await self.context.ask_model(
                ModelRole.VERIFIER,
                tuple(self.messages),
                _DIALECT.answer_schema(offered, may_end=False),
                variation=self.variation,
            )
            self.messages.append(response.as_message())
            draft = await self._act_on(response, offered)
            if draft is not None:
                return draft
        raise NoVerdict(f"no verdict after {MAX_CALLS} calls")

    def _open(self) -> None:
        """Write the request, in a fresh conversation."""
        look = self.context.look
        diff = diff_of(look.changes, look.workspace, max_characters=diff_budget(self.judge))
        self.sources = Sources(look.workspace, diff, self.context.seen)
        self.messages = list(
            review_messages(
                self.context.task,
                self.subtask,
                tools=self.context.judging.tools,
                checks=self.context.seen,
                diff=diff.text,
            )
        )

    def _offered(self, number: int) -> list[ToolSpec]:
        """What the next answer may be: only the verdict in the end, or when looking leads no further."""
        used = sum(estimate_tokens(message.text) for message in self.messages)
        repeats = len(set(self.looks)) < len(self.looks)
        is_over = number == MAX_CALLS or repeats or used > self.judge.window * _FULL_SHARE
        return [VERDICT_SPEC] if is_over else [*self.context.judging.tools, VERDICT_SPEC]

    async def _act_on(
        self, response: ModelResponse, offered: list[ToolSpec]
    ) -> VerdictDraft | None:
        """The verdict in an answer; None when the review goes on."""
        if response.finish_reason is FinishReason.LENGTH:
            return self._correct("your answer was cut off; make it shorter")
        action = next(iter(_DIALECT.decode(response, offered).actions), None)
        if not isinstance(action, ToolAction):
            return self._correct('answer with {"tool": "verdict", …} or call another tool')
        if action.tool != VERDICT:
            self.looks.append(json.dumps([action.tool, action.arguments], sort_keys=True))
            result = await self.context.judging.look(action.tool, action.arguments)
            limit = int(self.judge.window * _CHARACTERS_PER_TOKEN * _RESULT_SHARE)
            self._say(_cut(result.text, limit))
            return None
        try:
            draft = validate_arguments(VerdictDraft, action.arguments)
        except ArgumentsRejected as problem:
            return self._correct(str(problem))
        criteria = criteria_of(self.subtask)
        problem = await asyncio.to_thread(problem_with, draft, criteria, self.sources)
        return self._correct(problem) if problem else draft

    def _correct(self, problem: str) -> None:
        """Tell the model why its answer does not count. Raises ``NoVerdict`` when that was enough."""
        self.corrections += 1
        if self.corrections > MAX_CORRECTIONS:
            raise NoVerdict(problem)
        self._say(f"That does not count: {problem}")

    def _say(self, text: str) -> None:
        """Add a turn."""
        self.messages.append(Message(role=Role.USER, text=text))


def diff_budget(judge: ModelFacts) -> int:
    """About how many characters of changes a judge is shown."""
    return int(judge.window * _CHARACTERS_PER_TOKEN * _DIFF_SHARE)


def _cut(text: str, limit: int) -> str:
    """A text with its end left out when it is long."""
    return text if len(text) <= limit else f"{text[:limit]}\n[… cut; ask for fewer lines]"
