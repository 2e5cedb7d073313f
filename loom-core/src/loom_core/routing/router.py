"""Which model a call goes to: by role, tier and health, in its turn at its server."""

import asyncio
import itertools
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, nullcontext
from dataclasses import dataclass

from loom_core.contracts.provider import ModelServer, Provider, ProviderEnvironment
from loom_core.errors import ContextExceeded, ModelError, ModelNotFound
from loom_core.routing.backoff import with_backoff
from loom_core.routing.candidates import candidates, may_stand_in, with_common_windows
from loom_core.routing.health import HealthRecord, another_may_do
from loom_core.routing.listening import Hear, hear_nothing, listen
from loom_core.routing.route import Route, may_judge, open_route
from loom_core.routing.server_queue import ServerQueue
from loom_core.settings.shape import ModelSettings
from loom_core.types import ModelRequest, ModelResponse, ModelRole

_log = logging.getLogger(__name__)

LoadProvider = Callable[[str], type[Provider]]
"""The provider class that is registered under a name."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The model that takes a call, and the one that would have, if it is another."""

    route: Route
    instead_of: str = ""
    """Empty when it is the first choice."""
    reason: str = ""
    """What is wrong with the other one."""
    error: str = ""
    """The name of the error's class."""


class Router:
    """The configured models of one Loom; each is opened on first use and kept until the end."""

    def __init__(
        self,
        models: Mapping[str, ModelSettings],
        load_provider: LoadProvider,
        environment: ProviderEnvironment,
    ) -> None:
        """Keep the models; nothing is loaded or connected yet."""
        self.models = with_common_windows(models)
        self._load_provider = load_provider
        self._environment = environment
        self._providers: dict[str, Provider] = {}
        self._routes: dict[str, Route] = {}
        self._queues: dict[str, ServerQueue] = {}
        self._health = HealthRecord()
        self._servers: dict[str, ModelServer] = {}
        self._candidates_of: dict[tuple[ModelRole, int], Sequence[str]] = {}
        self._confirmed: set[str] = set()
        self._opening = asyncio.Lock()

    async def route(self, role: ModelRole, tier: int = 1) -> Route:
        """The model for a role now; see ``choose``."""
        return (await self.choose(role, tier)).route

    async def choose(
        self,
        role: ModelRole,
        tier: int = 1,
        *,
        prefer: str = "",
        failed: Mapping[str, ModelError] | None = None,
    ) -> Choice:
        """The model for a role: the best for the tier that is well, opened.

        While none is well, the best one is asked all the same: nothing is lost by it.

        Args:
            role: what it is needed for.
            tier: the weakest tier that will do, where there is one of it.
            prefer: the name of a model that goes first, such as that of a running conversation.
            failed: what these models gave for this very call; they are not tried again.

        Raises:
            ModelNotFound: no model has the role.
            ModelError: none can be used; the error is that of the first that may be asked.
        """
        errors = dict(failed or {})
        names = self._candidates(role, tier)
        home = self._candidates(role, 1)[0]
        first = prefer or next(name for name in names if self._may_work(name, home, prefer))
        by_preference = sorted(names, key=lambda name: name != prefer)
        troubled: dict[str, ModelError] = {}
        for name in itertools.chain(
            by_preference, by_preference
        ):  # the second time, the unwell ones
            if name in errors or not self._may_work(name, home, prefer):
                continue
            if name not in troubled and (trouble := self._trouble(name)):
                troubled[name] = trouble
                continue
            try:
                route = await self._opened(name)
            except ModelError as error:
                if not another_may_do(error):
                    raise
                errors[name] = error
                continue
            return _choice(route, first, errors | troubled, is_known=first in names)
        raise next(errors[name] for name in by_preference if name in errors)

    def first(self, role: ModelRole, tier: int) -> str:
        """The name of the model that a role's work is meant for; empty when none has the role."""
        try:
            return candidates(self.models, role, tier)[0]
        except ModelNotFound:
            return ""

    def has_another(
        self, name: str, role: ModelRole, tier: int, failed: Mapping[str, ModelError]
    ) -> bool:
        """Whether a model that is well, beside this one and those that failed, may do its work."""
        names = candidates(self.models, role, tier)
        home = candidates(self.models, role, 1)[0]
        return any(
            other != name
            and other not in failed
            and self._may_work(other, home, name)
            and self._trouble(other) is None
            for other in names
        )

    def has_judge(self) -> bool:
        """Whether a model may judge, well or not, that may take the work of the verifiers here."""
        if not any(ModelRole.VERIFIER in model.roles for model in self.models.values()):
            return False
        home = candidates(self.models, ModelRole.VERIFIER, 1)[0]
        return any(
            may_judge(model, model.tier) and self._may_work(name, home, "")
            for name, model in self.models.items()
        )

    async def require_ready(self, role: ModelRole) -> None:
        """Raise ``ModelError`` with what to do when no model of a role can be used now."""
        failed: dict[str, ModelError] = {}
        while True:
            route = (await self.choose(role, failed=failed)).route
            name = route.facts.name
            try:
                (await route.provider.health()).require()
                await route.provider.prepare()
                await route.confirm_window()
            except ModelError as error:
                self._note(route, error)
                if not another_may_do(error):
                    raise
                failed[name] = error
            else:
                return

    async def complete(
        self,
        route: Route,
        request: ModelRequest,
        *,
        urgency: int = 0,
        waiting: Callable[[], AbstractContextManager[None]] = nullcontext,
        hear: Hear = hear_nothing,
        may_leave: Callable[[], bool] = lambda: False,
    ) -> ModelResponse:
        """The answer of a model, in its turn, tried again while its server is overloaded.

        After the first answer the window is asked for once more, because many servers load a model
        only then. Raises ``ContextExceeded`` when it is smaller than was counted on.

        Args:
            route: the model.
            request: what to send.
            urgency: higher goes first; how much other work waits for this.
            waiting: entered while the request waits for its turn.
            hear: is shown the answer as it streams; what it heard of a request that then failed
                does not count.
            may_leave: whether another model may do it; then a model that became unwell while the request
                waited for its turn is not asked, and the error is what it is unwell with.
        """
        queue = self._queues[route.server]
        turn = queue.line_up(route.settings.model, request.messages, urgency=urgency)
        try:
            if not turn.granted.done():
                with waiting():
                    await turn.granted
                trouble = self._trouble(route.facts.name)
                if trouble is not None and may_leave():
                    raise trouble
            return await self._ask(route, request, hear)
        finally:
            queue.leave(turn)

    async def close(self) -> None:
        """Close every opened model, also when closing one of them raises; that is raised then."""
        providers, self._providers = list(self._providers.values()), {}
        self._routes = {}
        async with AsyncExitStack() as closing:
            for provider in providers:
                closing.push_async_callback(provider.close)

    async def _ask(self, route: Route, request: ModelRequest, hear: Hear) -> ModelResponse:
        """One request that has its slot."""
        self._health.begin(route.server, route.settings.model)
        try:
            response = await with_backoff(
                lambda: listen(route.provider, request, hear=hear),
                load_timeout_seconds=route.settings.load_timeout_seconds,
            )
            await self._confirm_window(route)
        except ModelError as error:
            self._note(route, error)
            raise
        self._note(route, None)
        return response

    async def _confirm_window(self, route: Route) -> None:
        """Confirm a window once; a server that does not tell it now is asked after the next answer."""
        name = route.facts.name
        if name in self._confirmed:
            return
        try:
            await route.confirm_window()
        except ContextExceeded:
            raise
        except ModelError as error:
            _log.info("the window of %s is not confirmed yet: %s", name, error)
        else:
            self._confirmed.add(name)

    def _note(self, route: Route, error: ModelError | None) -> None:
        """Keep how a call ended."""
        self._health.note(route.server, route.settings.model, error)

    def _candidates(self, role: ModelRole, tier: int) -> Sequence[str]:
        """The models that have a role, the best for a tier first; they stay as they are."""
        known = self._candidates_of.get((role, tier))
        if known is None:
            known = self._candidates_of[role, tier] = candidates(self.models, role, tier)
        return known

    def _may_work(self, name: str, home: str, prefer: str) -> bool:
        """Whether a model may take work that a role's model of tier 1, or the preferred one, has."""
        if name == home:
            return True
        stays_local = any(
            self._server(other).is_local for other in (home, prefer) if other in self.models
        )
        return may_stand_in(
            self.models[name],
            is_local=self._server(name).is_local,
            stays_local=stays_local,
        )

    def _trouble(self, name: str) -> ModelError | None:
        """Why a model is to be left alone now."""
        return self._health.trouble(self._server(name).name, self.models[name].model)

    def _server(self, name: str) -> ModelServer:
        """The server of a model, asked of its provider once: each call of a model looks at it."""
        if name not in self._servers:
            self._servers[name] = self._provider(name).server
        return self._servers[name]

    def _provider(self, name: str) -> Provider:
        """The provider of a model, made once; neither connected nor loaded by that."""
        if name not in self._providers:
            settings = self.models[name]
            make = self._load_provider(settings.provider)
            self._providers[name] = make(settings, self._environment)
        return self._providers[name]

    async def _opened(self, name: str) -> Route:
        """The route to a model, opened at its first use. Raises what opening it raises."""
        if name in self._routes:
            return self._routes[name]
        async with self._opening:
            if name not in self._routes:
                self._routes[name] = await self._open(name)
        return self._routes[name]

    async def _open(self, name: str) -> Route:
        """Ask a model's server what it can do; a failure forgets the provider and is remembered."""
        provider = self._provider(name)
        server, model = provider.server.name, self.models[name].model
        self._health.begin(server, model)
        try:
            route = await open_route(name, self.models[name], provider)
        except BaseException as error:
            del self._providers[name]
            await provider.close()
            if isinstance(error, ModelError):
                self._health.note(server, model, error)
            raise
        self._queues.setdefault(server, ServerQueue()).allow(model, route.slots)
        return route


def _choice(
    route: Route, first: str, errors: Mapping[str, ModelError], *, is_known: bool
) -> Choice:
    """A choice, with what is wrong with the first one if it is another."""
    if route.facts.name == first:
        return Choice(route)
    error = errors.get(first)
    if error is None and is_known:
        reason = f"work of your own machines goes to {first!r} only if its table names its roles"
        return Choice(route, first, reason)
    if error is None:
        return Choice(route, first, f"no model {first!r} with that role is configured now")
    return Choice(route, first, str(error), type(error).__name__)
