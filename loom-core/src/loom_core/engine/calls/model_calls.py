"""Journalled calls of models for one attempt, handed on to another model when one is gone."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from pydantic import JsonValue

from loom_core.contracts.context import ModelFacts
from loom_core.engine.calls.refused import raise_if_refused
from loom_core.engine.calls.sampling import sampling_of_attempt, sampling_of_variation
from loom_core.engine.journal import StepJournal
from loom_core.engine.scope import TaskScope
from loom_core.engine.window.fitting import conversation_tokens, tools_tokens
from loom_core.errors import ConversationLost, ModelError, ModelUnavailable
from loom_core.events import (
    ModelCallFailed,
    ModelCallFinished,
    ModelCallStarted,
    ModelCameBack,
    ModelFailedOver,
)
from loom_core.routing import JUDGING_TIER, Choice, Route, another_may_do
from loom_core.routing.listening import hear_nothing
from loom_core.types import (
    Message,
    ModelRequest,
    ModelResponse,
    ModelRole,
    ToolSpec,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a model is asked, whichever it is."""

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    answer_schema: dict[str, JsonValue] | None = None
    answer_grammar: str | None = None
    max_tokens: int | None = None
    top_logprobs: int | None = None
    variation: int = 0
    """Above 0: which other sample of the answer is wanted."""


class ModelCalls:
    """Asks models under the steps of one journal.

    A conversation stays with its model, whose server has its beginning computed, for as long as
    that model is well. Another one goes on only with what it can take.
    """

    def __init__(
        self,
        scope: TaskScope,
        journal: StepJournal,
        *,
        tier: int,
        urgency: int,
        sample: int = 0,
        take_a_break: Callable[[], AbstractContextManager[None]],
        count: Callable[[ModelResponse], None],
    ) -> None:
        """Ask for this journal.

        Args:
            scope: what the task's run shares.
            journal: where the calls are recorded.
            tier: the weakest model tier that calls go to.
            urgency: how much other work waits for this.
            sample: above 0: which sample of one prompt the attempt is.
            take_a_break: inside it, no time of the attempt passes; for waiting in a server's queue.
            count: is shown every answer, a refused one too, for the tokens that it took.
        """
        self._scope = scope
        self._journal = journal
        self._tier = tier
        self._urgency = urgency
        self._sample = sample
        self._take_a_break = take_a_break
        self._count = count
        self._staying: dict[ModelRole, str] = {}
        self._usual: dict[ModelRole, str] = {}
        if journal.beginning is not None:
            self.stay_with(journal.beginning.model)

    def stay_with(self, model: str) -> None:
        """Go on with the model that the conversation of this attempt was begun with."""
        self._staying[ModelRole.EXECUTOR] = self._usual[ModelRole.EXECUTOR] = model

    async def facts(self, role: ModelRole) -> ModelFacts:
        """The model that a call with this role would go to now."""
        return (await self._choose(role, {})).route.facts

    async def judge(self) -> ModelFacts:
        """The model that may judge. Raises ``ModelError`` when only weaker ones can be used now."""
        facts = await self.facts(ModelRole.VERIFIER)
        if not facts.may_judge:
            raise ModelUnavailable(
                f"no model that may judge can be used now; {facts.name!r} could stand in and may not"
            )
        return facts

    async def ask(self, role: ModelRole, asked: Asked) -> ModelResponse:
        """One call, or its recorded answer. Raises ``ModelError`` when none of the role answers."""
        step = self._journal.next_step()
        recorded = self._journal.finished(step)
        if isinstance(recorded, ModelCallFinished):
            self._staying[role] = recorded.model
            self._count(recorded.response)
            return recorded.response
        if (error := self._journal.failure(step)) is not None:
            raise error
        failed: dict[str, ModelError] = {}
        while True:
            choice = await self._choose_fit(step, role, asked, failed)
            try:
                response = await self._ask(step, role, choice.route, asked, failed)
            except ModelError as error:
                if not another_may_do(error):
                    raise
                failed[choice.route.facts.name] = error
                continue
            await self._note_return(role, choice)
            self._staying[role] = choice.route.facts.name
            return response

    async def _choose_fit(
        self, step: int, role: ModelRole, asked: Asked, failed: dict[str, ModelError]
    ) -> Choice:
        """The model for a call, one that can go on with it; that there is none is recorded."""
        try:
            choice = await self._choose(role, failed)
            usual = self._usual.setdefault(role, choice.instead_of or choice.route.facts.name)
            if choice.route.facts.name != usual:
                _refuse_unfit(choice.route, asked, usual, choice.reason)
        except ModelError as error:
            if error not in failed.values():  # those are recorded
                name = self._staying.get(role) or self._scope.router.first(role, self._tier)
                await self._note_failure(step, name, role, error)
            raise
        return choice

    async def _note_failure(self, step: int, name: str, role: ModelRole, error: ModelError) -> None:
        """Record that a call gave no answer."""
        kind = type(error).__name__
        await self._journal.commit(
            ModelCallFailed(step=step, model=name, role=role, error=kind, message=str(error))
        )

    async def _choose(self, role: ModelRole, failed: dict[str, ModelError]) -> Choice:
        """The model for a call; that it is not the usual one is told."""
        choice = await self._scope.router.choose(
            role, self._tier_for(role), prefer=self._staying.get(role, ""), failed=failed
        )
        detours, name = self._scope.detours, choice.route.facts.name
        if choice.instead_of and detours.get((role, choice.instead_of)) != name:
            detours[role, choice.instead_of] = name
            self._journal.write(
                ModelFailedOver(
                    role=role,
                    model=name,
                    instead_of=choice.instead_of,
                    reason=choice.reason,
                    error=choice.error,
                )
            )
        return choice

    def _tier_for(self, role: ModelRole) -> int:
        """The weakest tier that will do: of whoever verifies one that may judge, if there is one."""
        return max(self._tier, JUDGING_TIER) if role is ModelRole.VERIFIER else self._tier

    async def _ask(
        self,
        step: int,
        role: ModelRole,
        route: Route,
        asked: Asked,
        failed: dict[str, ModelError],
    ) -> ModelResponse:
        """One call of one model, with its records."""
        self._scope.spending.require_left()
        await self._journal.require_claim()
        name = route.facts.name
        request = self._request(route, asked)
        self._journal.write(ModelCallStarted(step=step, model=name, role=role))
        try:
            response = await self._scope.router.complete(
                route,
                request,
                urgency=self._urgency,
                waiting=self._take_a_break,
                hear=self._scope.hear if role is ModelRole.EXECUTOR else hear_nothing,
                may_leave=lambda: self._scope.router.has_another(
                    name, role, self._tier_for(role), failed
                ),
            )
            self._count(response)
            self._scope.spending.note(response)
            raise_if_refused(response, name)
        except ModelError as error:
            await self._note_failure(step, name, role, error)
            raise
        # Not awaited here: whatever acts on the answer commits after it, in the same order.
        self._journal.write(ModelCallFinished(step=step, model=name, role=role, response=response))
        return response

    async def _note_return(self, role: ModelRole, choice: Choice) -> None:
        """Tell that a model that others stood in for has answered again."""
        name = choice.route.facts.name
        if self._scope.detours.pop((role, name), None) is not None:
            self._journal.write(ModelCameBack(role=role, model=name))

    def _request(self, route: Route, asked: Asked) -> ModelRequest:
        """What is sent to a model."""
        variation = asked.variation or self._sample
        sampling = (
            sampling_of_variation(route.sampling, variation)
            if variation
            else sampling_of_attempt(route.sampling, self._journal.attempt)
        )
        return ModelRequest(
            messages=asked.messages,
            tools=asked.tools,
            answer_schema=asked.answer_schema,
            answer_grammar=asked.answer_grammar,
            sampling=sampling,
            max_tokens=asked.max_tokens or route.settings.max_tokens,
            top_logprobs=asked.top_logprobs,
        )


def _refuse_unfit(route: Route, asked: Asked, usual: str, reason: str) -> None:
    """Raise ``ConversationLost`` when a model cannot go on with what was meant for another one."""
    facts = route.facts
    needed = conversation_tokens(asked.messages) + tools_tokens(asked.tools)
    if asked.tools and not facts.takes_tools:
        lack = "has no tool calling"
    elif needed >= facts.window:
        lack = f"has a window of {facts.window} tokens where about {needed} are needed"
    else:
        return
    why = f" ({reason})" if reason else ""
    raise ConversationLost(
        f"model {usual!r} is gone{why} and {facts.name!r} cannot go on in "
        f"the middle of its conversation, because it {lack}; the next attempt begins anew"
    )
