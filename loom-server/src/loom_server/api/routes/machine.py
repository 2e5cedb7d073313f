"""Models, tools, plugins and settings of this machine, and how the server is."""

import asyncio
import time
from dataclasses import asdict
from importlib.metadata import version

from fastapi import APIRouter
from starlette.responses import PlainTextResponse

from loom_core.errors import StoreError
from loom_core.extensions import listing
from loom_core.inventory.models import ModelStatus, list_models
from loom_core.inventory.tools import list_tools
from loom_core.settings import redacted
from loom_server.api.metrics import render_metrics
from loom_server.api.models.machine import (
    Config,
    Finding,
    Health,
    ModelList,
    ModelView,
    PluginList,
    PluginView,
    ToolList,
    ToolView,
)
from loom_server.api.routes.depends import ServiceDep
from loom_server.service import Service

router = APIRouter(tags=["machine"])


@router.get("/models")
async def get_models(service: ServiceDep) -> ModelList:
    """Every model that Loom can use, configured or found, and how it is now."""
    return ModelList(models=[_model(one) for one in await _models(service)])


@router.get("/tools")
async def get_tools(service: ServiceDep) -> ToolList:
    """Every installed tool."""
    disabled = service.loom.settings.plugins.disabled
    found = await asyncio.to_thread(list_tools, disabled=disabled)
    return ToolList(tools=[ToolView.model_validate(one) for one in map(asdict, found)])


@router.get("/plugins")
async def get_plugins() -> PluginList:
    """Everything that is installed for Loom, and why a broken part is broken. Runs none of it."""
    found = await asyncio.to_thread(listing)
    return PluginList(plugins=[PluginView.model_validate(one) for one in map(asdict, found)])


@router.get("/config")
async def get_config(service: ServiceDep) -> Config:
    """The settings in force, secrets hidden."""
    return Config(settings=redacted(service.loom.settings))


@router.get("/health")
async def get_health(service: ServiceDep) -> Health:
    """Whether goals can be run: database, sandbox, models."""
    findings = [await _database(service), _sandbox(service), _judge(await _models(service))]
    levels = {finding.level for finding in findings}
    return Health(
        status="failing" if "fail" in levels else "degraded" if "warn" in levels else "ok",
        version=version("loom-server"),
        uptime_seconds=time.monotonic() - service.started_at,
        findings=findings,
        running=service.pool.running,
        queued=service.pool.queued,
        streams=service.hub.streams,
    )


@router.get("/metrics", response_class=PlainTextResponse)
async def get_metrics(service: ServiceDep) -> PlainTextResponse:
    """Numbers for Prometheus, in its text format."""
    return PlainTextResponse(
        await render_metrics(service), media_type="text/plain; version=0.0.4; charset=utf-8"
    )


async def _models(service: Service) -> list[ModelStatus]:
    """The models as they are now; nothing is fetched for this."""
    return await list_models(service.loom.settings, service.loom.environment)


def _model(status: ModelStatus) -> ModelView:
    """The view of a model."""
    facts = {name: getattr(status, name) for name in ModelView.model_fields}
    return ModelView.model_validate({**facts, "roles": list(status.roles)})


async def _database(service: Service) -> Finding:
    """Whether the database answers."""
    try:
        count = await service.store.count_tasks()
    except StoreError as error:
        return Finding(subject="database", level="fail", detail=str(error))
    return Finding(subject="database", level="ok", detail=f"it answers, with {count} tasks")


def _sandbox(service: Service) -> Finding:
    """Whether commands are confined."""
    sandbox = service.loom.sandbox
    if sandbox.is_confining:
        return Finding(subject="sandbox", level="ok", detail=f"{sandbox.name} confines commands")
    detail = "commands are not confined; each that may do more than look asks first"
    return Finding(subject="sandbox", level="warn", detail=detail)


def _judge(models: list[ModelStatus]) -> Finding:
    """Whether a model can be used."""
    ready = [one.label for one in models if one.is_ready]
    if not ready:
        detail = "; ".join(f"{one.label}: {one.detail}" for one in models) or "there is none"
        return Finding(subject="models", level="fail", detail=detail)
    level = "ok" if len(ready) == len(models) else "warn"
    return Finding(subject="models", level=level, detail=f"ready: {', '.join(ready)}")
