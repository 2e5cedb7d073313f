"""The models as a table for people."""

from collections.abc import Iterator, Sequence

import click

from loom_core.cli.probe_report import describe_measured
from loom_core.cli.terminal.line import Line, echo_lines
from loom_core.cli.terminal.marks import DONE, FAILED
from loom_core.cli.terminal.size import stdout_columns
from loom_core.cli.terminal.table import echo_table
from loom_core.inventory.models import ModelStatus
from loom_core.types import ModelRole

_HEADERS = ["NAME", "PROVIDER", "MODEL", "TIER", "ROLES", "WINDOW", "PROFILE", "SOURCE"]


def echo_models(models: Sequence[ModelStatus]) -> None:
    """Write the table and the health of each model below it."""
    if not models:
        click.echo(
            "no models: configure one in loom.toml, start Ollama or LM Studio, or install "
            "loom-providers-llamacpp for the embedded one"
        )
        return
    columns = stdout_columns()
    echo_table(_HEADERS, [_row(model) for model in models], columns=columns, flexible=2)
    click.echo()
    echo_lines([line for model in models for line in _lines(model)], columns=columns)


def _lines(model: ModelStatus) -> Iterator[Line]:
    """How the model is, and what was measured of it."""
    yield Line(_describe(model), DONE if model.is_ready else FAILED)
    if model.measured is not None:
        yield Line(describe_measured(model.measured), indent=1)


def _describe(model: ModelStatus) -> str:
    """How the model is; the label of a found one that is ready says all already."""
    if model.name:
        return f"{model.name}: {model.detail}"
    return model.label if model.is_ready else f"{model.model or model.provider}: {model.detail}"


def _row(model: ModelStatus) -> list[str]:
    roles = "all" if len(model.roles) == len(ModelRole) else ", ".join(model.roles)
    window = f"{model.window:,}" if model.window else "?"
    named = [model.name or "-", model.provider, model.model or "-"]
    return [*named, str(model.tier), roles, window, model.profile or "-", model.source]
