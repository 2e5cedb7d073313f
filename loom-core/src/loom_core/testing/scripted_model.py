"""A provider that answers from a script, in process, without any server."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import NoReturn

from loom_core.contracts.provider import (
    Capabilities,
    Finished,
    Health,
    ModelInfo,
    Provider,
    ProviderEnvironment,
    ReasoningDelta,
    StreamItem,
    TextDelta,
)
from loom_core.errors import (
    BadOutput,
    ModelError,
    ModelNotFound,
    ModelOverloaded,
    ModelTimeout,
    ModelUnauthorized,
    RequestRejected,
)
from loom_core.settings.shape import ModelSettings
from loom_core.testing.answer import Answer, answer_for
from loom_core.testing.conversation import conversation_of
from loom_core.testing.prompt_cache import PromptCache
from loom_core.testing.script import Fault, FaultKind, NoReply, Reply, Script
from loom_core.types.logprob import AnswerToken
from loom_core.types.message import ModelRequest, ModelResponse, Timings

_WINDOW = 32_768
_CAPABILITIES = Capabilities(native_tools=True, answer_schema=True, slots=4, log_probabilities=True)
_BROKEN = {FaultKind.CUT, FaultKind.GARBAGE, FaultKind.ERROR_IN_STREAM}
_SILENT = {FaultKind.SILENT, FaultKind.STALL}
_ERRORS: dict[int, type[ModelError]] = {
    400: RequestRejected,
    401: ModelUnauthorized,
    403: ModelUnauthorized,
    404: ModelNotFound,
    408: ModelTimeout,
    422: RequestRejected,
    500: BadOutput,
}


class ScriptedModel(Provider):
    """A model that says what its script says, and remembers what it was asked.

    ``requests`` holds every request in the order of arrival, ``cancelled`` those whose caller
    left before the end, ``is_closed`` whether it was closed. Faults of a reply become the typed
    errors that a real provider raises for them.
    """

    def __init__(
        self,
        script: Script,
        *,
        capabilities: Capabilities = _CAPABILITIES,
        window: int | None = _WINDOW,
        delay_seconds: float = 0.0,
        errors: Sequence[ModelError] = (),
        settings: ModelSettings | None = None,
        environment: ProviderEnvironment | None = None,
    ) -> None:
        """Answer from the script.

        Args:
            script: what to say.
            capabilities: what the model claims to be able to do.
            window: tokens of its window; None when it does not say.
            delay_seconds: silence before each answer, added to the reply's own.
            errors: raised by the first calls, one each, in order, before the script is asked.
            settings: its settings; by default those of a model named ``scripted``.
            environment: what the settings' provider would get; by default nothing of use.
        """
        super().__init__(
            settings or ModelSettings(provider="scripted", model="scripted"),
            environment or ProviderEnvironment(home=Path()),
        )
        self.requests: list[ModelRequest] = []
        self.cancelled: list[ModelRequest] = []
        self.is_closed = False
        self._script = script
        self._capabilities = capabilities
        self._window = window
        self._delay_seconds = delay_seconds
        self._errors = list(errors)
        self._cache = PromptCache(slots=max(4, capabilities.slots))
        self._sequence_index = 0

    async def capabilities(self) -> Capabilities:
        """What it was made with."""
        return self._capabilities

    async def stream(self, request: ModelRequest) -> AsyncIterator[StreamItem]:
        """The scripted answer in pieces. Raises the error that the script's fault stands for."""
        self.requests.append(request)
        started = time.monotonic()
        try:
            if self._errors:
                raise self._errors.pop(0)
            reply, answer = self._answer(request)
            await _pause(self._delay_seconds + reply.delay_seconds)
            first = time.monotonic() - started
            async for item in _pieces(reply, answer):
                yield item
        except (asyncio.CancelledError, GeneratorExit):
            self.cancelled.append(request)
            raise
        timings = Timings(first_token_seconds=first, total_seconds=time.monotonic() - started)
        yield Finished(self._response(answer, timings, request.top_logprobs))

    async def health(self) -> Health:
        """Ready until it is closed."""
        detail = "closed" if self.is_closed else "answers from its script"
        return Health(is_ready=not self.is_closed, detail=detail)

    async def models(self) -> Sequence[ModelInfo]:
        """Itself."""
        return [ModelInfo(self.settings.model, is_loaded=True, context_window=self._window)]

    async def window(self) -> int | None:
        """What it was made with."""
        return self._window

    async def close(self) -> None:
        """Note that it was closed."""
        self.is_closed = True

    def _answer(self, request: ModelRequest) -> tuple[Reply, Answer]:
        """What the script says to a request."""
        conversation = conversation_of(request)
        try:
            reply, is_sequence = self._script.reply_to(conversation, self._sequence_index)
        except NoReply as error:
            raise RequestRejected(str(error)) from error
        self._sequence_index += is_sequence
        return reply, answer_for(reply, conversation, self._cache)

    def _response(self, answer: Answer, timings: Timings, top: int | None) -> ModelResponse:
        """The whole answer."""
        wanted = answer.logprobs if top and self._capabilities.log_probabilities else ()
        return ModelResponse(
            text=answer.text,
            reasoning=answer.reasoning,
            tool_calls=answer.calls,
            finish_reason=answer.finish,
            usage=answer.usage,
            timings=timings,
            model=self.settings.model,
            logprobs=tuple(_narrowed(token, top) for token in wanted),
        )


def _narrowed(token: AnswerToken, top: int | None) -> AnswerToken:
    """A token with as many alternatives as were asked for."""
    return token.model_copy(update={"top": token.top[:top]})


async def _pieces(reply: Reply, answer: Answer) -> AsyncIterator[StreamItem]:
    """The pieces of an answer, up to where its fault strikes."""
    fault = reply.fault
    if fault is not None and fault.kind in {FaultKind.STATUS, FaultKind.SILENT}:
        await _strike(fault)
    for index, item in enumerate(_items(answer)):
        if fault is not None and index >= fault.after_frames:
            await _strike(fault)
        yield item
        await _pause(reply.chunk_delay_seconds)
    while fault is not None and fault.kind is FaultKind.ENDLESS:
        yield TextDelta(reply.text or "again ")
        await asyncio.sleep(reply.chunk_delay_seconds)
    if fault is not None:
        await _strike(fault)


def _items(answer: Answer) -> list[StreamItem]:
    """The pieces of an answer."""
    thoughts: list[StreamItem] = [
        ReasoningDelta(piece) for piece in answer.pieces(answer.reasoning)
    ]
    return thoughts + [TextDelta(piece) for piece in answer.pieces(answer.text)]


async def _strike(fault: Fault) -> None:
    """Fail, or fall silent until the caller leaves, as the fault says; others do no harm here."""
    if fault.kind is FaultKind.STATUS:
        _refuse(fault)
    if fault.kind in _BROKEN:
        raise BadOutput(f"the scripted answer broke off ({fault.kind}); ask again")
    if fault.kind in _SILENT:
        await asyncio.Event().wait()


def _refuse(fault: Fault) -> NoReturn:
    """Raise the error that an HTTP status stands for."""
    message = f"the scripted model refused with status {fault.status}: {fault.body or 'no body'}"
    known = _ERRORS.get(fault.status)
    if known is not None:
        raise known(message)
    after = {name.lower(): value for name, value in fault.headers.items()}.get("retry-after")
    raise ModelOverloaded(message, retry_after_seconds=float(after) if after else None)


async def _pause(seconds: float) -> None:
    """Wait; 0 does not even yield."""
    if seconds > 0:
        await asyncio.sleep(seconds)
