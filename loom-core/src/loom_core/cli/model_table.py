"""The models as a table for people."""

from collections.abc import Sequence

import click

from loom_core.cli.model_listing import ModelStatus
from loom_core.cli.terminal.line import Line, echo_lines
from loom_core.cli.terminal.marks import DONE, FAILED
from loom_core.cli.terminal.size import stdout_columns
from loom_core.cli.terminal.table import echo_table
from loom_core.types import ModelRole

_HEADERS = ["NAME", "PROVIDER", "MODEL", "TIER", "ROLES", "WINDOW", "SOURCE"]


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
    health = [Line(_describe(m), DONE if m.is_ready else FAILED) for m in models]
    echo_lines(health, columns=columns)


def _describe(model: ModelStatus) -> str:
    """How the model is; the label of a found one that is ready says all already."""
    if model.name:
        return f"{model.name}: {model.detail}"
    return model.label if model.is_ready else f"{model.model or model.provider}: {model.detail}"


def _row(model: ModelStatus) -> list[str]:
    roles = "all" if len(model.roles) == len(ModelRole) else ", ".join(model.roles)
    window = f"{model.window:,}" if model.window else "?"
    name = model.model or "-"
    return [model.name or "-", model.provider, name, str(model.tier), roles, window, model.source]
