"""The application: routes over a service, behind the guard."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version

from fastapi import APIRouter, Depends, FastAPI
from fastapi.security import HTTPBearer
from starlette.types import ASGIApp

from loom_server.api import errors
from loom_server.api.description import describe
from loom_server.api.routes import (
    browser,
    changes,
    machine,
    memory,
    pages,
    steering,
    streams,
    tasks,
    webhooks,
)
from loom_server.guard.middleware import Guard
from loom_server.guard.origins import Origins
from loom_server.guard.secrets import Admission
from loom_server.service import Service

OpenService = Callable[[], AbstractAsyncContextManager[Service]]
"""Makes a service that lives while inside."""

_ROUTERS: tuple[APIRouter, ...] = (
    tasks.router,
    streams.router,
    steering.router,
    changes.router,
    memory.router,
    webhooks.router,
    machine.router,
    browser.router,
)
_bearer = HTTPBearer(
    auto_error=False,  # the guard has judged already; this is for the description
    description="The token of run/token in Loom's home.",
)


def create_app(open_service: OpenService, *, admission: Admission) -> FastAPI:
    """The application without its guard, which has to stand before it: see ``guarded``.

    Args:
        open_service: makes the service when the server starts.
        admission: gives browsers their codes and sessions.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with open_service() as service:
            app.state.service = service
            yield

    app = FastAPI(
        title="Loom",
        version=version("loom-server"),
        description="Goals done by local models, with evidence. Every path needs the token.",
        lifespan=lifespan,
        docs_url=None,  # its page loads scripts from another host; ours is in routes/pages
        redoc_url=None,
        openapi_url="/openapi.json",
        generate_unique_id_function=lambda route: route.name,
    )
    app.openapi = lambda: describe(app)
    app.state.admission = admission
    for router in _ROUTERS:
        app.include_router(router, dependencies=[Depends(_bearer)], responses=errors.GUARDED)
    app.include_router(pages.router, include_in_schema=False)
    errors.install(app)
    return app


def guarded(app: ASGIApp, *, admission: Admission, origins: Origins) -> ASGIApp:
    """The application behind the guard: nothing of it is reached without being let in."""
    return Guard(app, admission=admission, origins=origins)
