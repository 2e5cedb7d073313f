"""The providers under the contract, and how each is set up.

Every provider that an installed distribution registers is here. One that speaks to a server is
pointed at the scripted server; ``ScriptedModel`` takes the script itself; an embedded one runs its
real model and only keeps the part of the contract that needs no script.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from loom_core.contracts.provider import Provider, ProviderEnvironment
from loom_core.settings.shape import ModelSettings
from loom_core.testing import Script, ScriptedModel, ScriptedServer, ServerFacts

SCRIPTED_MODEL = "ScriptedModel"
OVER_TCP = "llamacpp over TCP"
EMBEDDED = ("llamacpp",)
"""Entry points whose model runs in process and cannot be scripted."""


def registered() -> list[str]:
    """The names that installed distributions register."""
    return sorted(entry_points(group="loom.providers").names)


def remote() -> list[str]:
    """The registered providers that speak to a server."""
    return [name for name in registered() if name not in EMBEDDED]


def embedded() -> list[str]:
    """The registered providers whose model runs in process."""
    return [name for name in registered() if name in EMBEDDED]


@dataclass
class Subject:
    """One provider under test, with whatever stands behind it."""

    name: str
    home: Path
    _servers: list[ScriptedServer] = field(default_factory=list)
    _providers: list[Provider] = field(default_factory=list)

    def __str__(self) -> str:
        return self.name

    def start(self, script: Script, facts: ServerFacts | None = None, **settings: Any) -> Provider:
        """A provider that answers from a script."""
        if self.name == SCRIPTED_MODEL:
            made = ModelSettings(provider="scripted", model="scripted", **settings)
            return self._keep(ScriptedModel(script, settings=made))
        server = ScriptedServer(script, facts=facts)
        server.start()
        self._servers.append(server)
        return self.connect(server.url, **settings)

    def connect(self, base_url: str, *, is_offline: bool = False, **settings: Any) -> Provider:
        """A provider for a server at an address, whatever is there."""
        made = ModelSettings(
            provider=self.name, **({"model": "scripted", "base_url": base_url} | settings)
        )
        environment = ProviderEnvironment(home=self.home, is_offline=is_offline)
        return self._keep(load(self.name)(made, environment))

    @property
    def server(self) -> ScriptedServer:
        """The server behind the provider that was started last."""
        return self._servers[-1]

    @property
    def is_remote(self) -> bool:
        return self.name != SCRIPTED_MODEL

    @property
    def sent(self) -> list[list[Any]]:
        """The messages of each request, as they were rendered."""
        if self.is_remote:
            return [record.body["messages"] for record in self.server.requests]
        model = self._providers[-1]
        assert isinstance(model, ScriptedModel)
        return [
            [message.model_dump(mode="json") for message in request.messages]
            for request in model.requests
        ]

    async def was_cancelled(self, wait: Callable[[], Any]) -> bool:
        """Whether the other side noticed that the caller left."""
        if self.is_remote:
            return bool(await wait())
        model = self._providers[-1]
        assert isinstance(model, ScriptedModel)
        return bool(model.cancelled)

    async def close(self) -> None:
        """Close all that was started."""
        for provider in self._providers:
            await provider.close()
        for server in self._servers:
            server.stop()

    def _keep(self, provider: Provider) -> Provider:
        self._providers.append(provider)
        return provider


def load(name: str) -> type[Provider]:
    """The provider class behind a registered name."""
    (found,) = entry_points(group="loom.providers", name=name)
    return found.load()


async def serve_embedded(home: Path) -> tuple[Provider, Provider]:
    """The embedded model, and a provider that speaks to its port as to any OpenAI-compatible server."""
    embedded_provider = start_embedded("llamacpp")
    server = await embedded_provider._open()
    llama = server._loaded()
    made = ModelSettings(
        provider="openai_compatible",
        base_url=f"http://{llama._address.netloc}",
        api_key=SecretStr(llama._key),
    )
    return embedded_provider, load("openai_compatible")(made, ProviderEnvironment(home=home))


def start_embedded(name: str) -> Provider:
    """The embedded provider with its default model, kept where Loom keeps it."""
    home = Path(os.environ.get("LOOM_HOME", "~/.loom")).expanduser()
    return load(name)(ModelSettings(provider=name), ProviderEnvironment(home=home))
