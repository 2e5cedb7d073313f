"""What a provider of models implements; its name in ``loom.providers`` is what settings say."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from loom_core.contracts.model_files import ModelFiles
from loom_core.errors import BadOutput, ModelError, ModelUnreachable
from loom_core.settings.shape import ModelSettings
from loom_core.types import Message, ModelRequest, ModelResponse
from loom_core.wire import ServerAddress


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer, as it streams."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of what the model thinks, as it streams."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a stream with the whole answer; the last item, exactly once."""

    response: ModelResponse


StreamItem = TextDelta | ReasoningDelta | Finished


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the server can do for this model."""

    native_tools: bool
    """It has tool calling of its own that works with this model."""
    answer_schema: bool
    """It enforces a JSON schema while decoding."""
    slots: int = 1
    """Requests it works on at once."""
    prefers_json_action: bool = False
    """Its own tool calling is worse than one JSON action under a schema (small models)."""
    sees_images: bool = False
    """It takes pictures beside text."""
    grammar: bool = False
    """It enforces a GBNF grammar while decoding."""
    log_probabilities: bool = False
    """It says how likely the tokens of its answers were, when ``ModelRequest.top_logprobs`` asks."""


@dataclass(frozen=True, slots=True)
class ModelServer:
    """The server that a model runs on."""

    name: str
    """Its address without a path, or a name: models with the same one share its slots and its health."""
    is_local: bool
    """Whether it is the user's own, so that nothing goes to strangers and nobody is paid."""

    @classmethod
    def at(cls, address: ServerAddress) -> Self:
        """The server at an address."""
        return cls(address.root, is_local=address.is_loopback or address.is_private)


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a model can be used now."""

    is_ready: bool
    detail: str
    """What was found, or what is wrong and what to do."""
    error: ModelError | None = None
    """What asking gave, so that a refused key is told from a server that is gone; None where none was."""

    @classmethod
    def failed(cls, error: ModelError) -> Self:
        """Not ready, because of an error."""
        return cls(is_ready=False, detail=str(error), error=error)

    def require(self) -> None:
        """Raise what is wrong, ``ModelUnreachable`` where nobody said, unless it is ready."""
        if not self.is_ready:
            raise self.error or ModelUnreachable(self.detail)


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model that a server offers."""

    name: str
    is_loaded: bool = False
    size_bytes: int = 0
    context_window: int | None = None


class FoundAs(StrEnum):
    """How a model was found without being configured; a running server wins over an embedded one."""

    RUNNING = "running"
    EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model that can be used although nobody configured it."""

    settings: ModelSettings
    found_as: FoundAs
    label: str
    """For the user: ``qwen3:8b on Ollama at http://127.0.0.1:11434``."""


def _say_nothing(_line: str) -> None:
    """Drop a line that nobody wants to see."""


def _agree(_question: str) -> bool:
    """Agree without asking, as off a terminal."""
    return True


@dataclass(frozen=True, slots=True)
class ProviderEnvironment:
    """What a provider may use beside its settings."""

    home: Path
    """Loom's home directory; a provider keeps its files in a directory of its own below it."""
    is_offline: bool = False
    """True forbids every connection that leaves this machine."""
    say: Callable[[str], None] = _say_nothing
    """Shows the user one line about something that takes time."""
    confirm: Callable[[str], bool] = _agree
    """Asks the user before something large; off a terminal it says so and agrees."""


class Provider(ABC):
    """One configured model on one server. Only the provider knows the wire.

    Made once per model and run, on first use; ``close`` is awaited at the end. Calls may run
    concurrently. Cancelling the task that awaits a call cancels the request on the server.
    Failures are raised as subclasses of ``loom_core.errors.ModelError``, nothing else.
    """

    def __init__(self, settings: ModelSettings, environment: ProviderEnvironment) -> None:
        """Keep the settings; connecting and loading wait for the first call."""
        self.settings = settings
        self.environment = environment

    @classmethod
    async def discover(cls, environment: ProviderEnvironment) -> Sequence[FoundModel]:
        """Models of this kind that can be used unconfigured, best first; fast, never raises."""
        return ()

    def files(self) -> ModelFiles | None:
        """The files of models that this provider keeps; None when a server does that."""
        return None

    @property
    def server(self) -> ModelServer:
        """Where the model runs, without asking anybody. Raises ``RequestRejected`` for a bad address.

        By default the origin of ``base_url``; without one a server elsewhere, named as the provider.
        """
        if not self.settings.base_url:
            return ModelServer(self.settings.provider, is_local=False)
        return ModelServer.at(ServerAddress.parse(self.settings.base_url))

    @abstractmethod
    async def capabilities(self) -> Capabilities:
        """What the server can do for this model; asked once and kept."""

    @abstractmethod
    def stream(self, request: ModelRequest) -> AsyncIterator[StreamItem]:
        """The answer as it comes; ends with one ``Finished``."""

    async def complete(self, request: ModelRequest) -> ModelResponse:
        """The whole answer."""
        response: ModelResponse | None = None
        async for item in self.stream(request):  # to its end, so that the stream lets go by itself
            if isinstance(item, Finished):
                response = item.response
        if response is not None:
            return response
        raise BadOutput(f"the stream of {self.settings.model!r} ended without an answer; try again")

    async def prepare(self) -> None:
        """Fetch what the first call needs, asking the user before anything large.

        Awaited before a task is created, so that none is there when its model cannot be had. Raises
        ``ModelError``.
        """
        return

    @abstractmethod
    async def health(self) -> Health:
        """Whether the model can be used now; never raises."""

    @abstractmethod
    async def models(self) -> Sequence[ModelInfo]:
        """The models that the server offers."""

    @abstractmethod
    async def window(self) -> int | None:
        """Tokens of the window that is loaded; None when the server does not say."""

    async def loaded_window(self) -> int | None:
        """The window that the server has loaded now, asked anew; None when it does not say.

        Awaited after loading and after the first answer: a smaller one than ``window`` said is refused.
        """
        return None

    async def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of these messages; the default is an estimate from their length."""
        characters = sum(len(message.text) + 12 for message in messages)
        return characters // 3

    async def close(self) -> None:
        """Let go of connections and memory."""
        return
