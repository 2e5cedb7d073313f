"""Which model a call goes to: by role and tier, within the slots of its server."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack

from loom_core.contracts.provider import Provider, ProviderEnvironment
from loom_core.errors import ModelNotFound, ModelUnreachable
from loom_core.routing.backoff import with_backoff
from loom_core.routing.listening import listen
from loom_core.routing.route import Route, open_route
from loom_core.settings.shape import ModelSettings
from loom_core.types import ModelRequest, ModelResponse, ModelRole

LoadProvider = Callable[[str], type[Provider]]
"""The provider class that is registered under a name."""


class Router:
    """The configured models of one Loom; each is opened on first use and kept until the end."""

    def __init__(
        self,
        models: Mapping[str, ModelSettings],
        load_provider: LoadProvider,
        environment: ProviderEnvironment,
    ) -> None:
        """Keep the models; nothing is loaded or connected yet."""
        self.models = dict(models)
        self._load_provider = load_provider
        self._environment = environment
        self._routes: dict[str, Route] = {}
        self._opening = asyncio.Lock()

    async def route(self, role: ModelRole, tier: int = 1) -> Route:
        """The model for a role: the weakest of at least that tier, else the strongest there is.

        Raises ``ModelNotFound`` when no model has the role, and what opening it raises.
        """
        name = self._choose(role, tier)
        if name in self._routes:
            return self._routes[name]
        async with self._opening:
            if name not in self._routes:
                self._routes[name] = await self._open(name)
        return self._routes[name]

    async def require_ready(self, role: ModelRole) -> None:
        """Raise ``ModelError`` with what to do when the model of a role cannot be used now."""
        route = await self.route(role)
        health = await route.provider.health()
        if not health.is_ready:
            raise ModelUnreachable(health.detail)
        await route.provider.prepare()

    async def complete(self, route: Route, request: ModelRequest) -> ModelResponse:
        """The answer of a model, in its turn, tried again while its server is overloaded."""
        async with route.slots:
            return await with_backoff(lambda: listen(route.provider, request))

    async def close(self) -> None:
        """Close every opened model, also when closing one of them raises; that is raised then."""
        routes, self._routes = list(self._routes.values()), {}
        async with AsyncExitStack() as closing:
            for route in routes:
                closing.push_async_callback(route.provider.close)

    def _choose(self, role: ModelRole, tier: int) -> str:
        """The name of the model for a role and tier."""
        having = [(model.tier, name) for name, model in self.models.items() if role in model.roles]
        if not having:
            known = ", ".join(self.models) or "none"
            raise ModelNotFound(
                f"no model has the role {role.value!r} (models: {known}); add it to the roles of a "
                "[models.NAME] table"
            )
        enough = [item for item in having if item[0] >= tier]
        return (
            min(enough, key=lambda item: item[0])[1]
            if enough
            else max(having, key=lambda item: item[0])[1]
        )

    async def _open(self, name: str) -> Route:
        """Make the provider and ask its server what it can do."""
        settings = self.models[name]
        provider = self._load_provider(settings.provider)(settings, self._environment)
        try:
            return await open_route(name, settings, provider)
        except BaseException:
            await provider.close()
            raise
