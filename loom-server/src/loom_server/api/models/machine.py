"""What there is on this machine, and how it is."""

from typing import Literal

from pydantic import JsonValue

from loom_server.api.models.forms import Sent


class ModelView(Sent):
    """A model that can be used, or why not."""

    name: str
    """In the settings; empty when nobody configured it."""
    label: str
    provider: str
    model: str
    tier: int
    roles: list[str]
    source: str
    """``configured``, or how it was found: ``running`` or ``embedded``."""
    is_ready: bool
    detail: str
    window: int | None
    """Tokens; null when nobody knows."""
    profile: str


class ModelList(Sent):
    """Every model, configured ones first."""

    models: list[ModelView]


class ToolView(Sent):
    """A tool, or why it cannot be used."""

    name: str
    purpose: str
    risk: str
    labels: list[str]
    distribution: str
    problem: str
    """Empty for a tool that can be used."""


class ToolList(Sent):
    """Every installed tool, by name."""

    tools: list[ToolView]


class PluginView(Sent):
    """An installed part of any group."""

    group: str
    name: str
    value: str
    distribution: str
    version: str
    problem: str | None


class PluginList(Sent):
    """Everything installed, by group and name."""

    plugins: list[PluginView]


class Config(Sent):
    """The settings that are in force, secrets hidden."""

    settings: dict[str, JsonValue]


class Finding(Sent):
    """One thing that was looked at."""

    subject: Literal["database", "sandbox", "models"]
    level: Literal["ok", "warn", "fail"]
    detail: str


class Health(Sent):
    """How the server is."""

    status: Literal["ok", "degraded", "failing"]
    """Degraded: it works with less. Failing: goals cannot be run."""
    version: str
    uptime_seconds: float
    findings: list[Finding]
    running: list[str]
    """Ids of the tasks that this server runs."""
    queued: list[str]
    streams: int
    """Clients that watch events now."""
