"""The course of ``loom init``: look, ask, write."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from loom_core.cli.initial_settings import initial_settings, is_writable
from loom_core.cli.program_name import program_name
from loom_core.cli.session import Session
from loom_core.cli.terminal.json_output import echo_json
from loom_core.contracts.provider import FoundModel
from loom_core.errors import ModelUnavailable, UsageError
from loom_core.extensions import Group, load_all
from loom_core.inventory.providers import provider_classes
from loom_core.routing.discovery import discover
from loom_core.sanitize import sanitize_line
from loom_core.workspace.durable import replace_file

_FILE = "loom.toml"


@dataclass(frozen=True, slots=True)
class InitRequest:
    """What was asked for on the command line."""

    is_project: bool
    agrees: bool
    """Whether the best model is taken without asking."""
    replaces: bool
    """Whether a settings file is replaced without asking."""
    is_offline: bool
    as_json: bool


async def initialize(session: Session, request: InitRequest) -> None:
    """Write a settings file from what is found, and say where it is.

    Raises:
        UsageError: a file is there and may not be replaced.
        ModelUnavailable: no model was found.
        OSError: it cannot be written.
    """
    directory = Path.cwd() if request.is_project else session.home
    path = directory / _FILE
    _agree_to_replace(path, request)
    # Settings are not read: one reason to come here is that they cannot be.
    providers = provider_classes(load_all(Group.PROVIDERS, disabled=()))
    environment = session.provider_environment(request.is_offline)
    found = [one for one in await discover(providers, environment) if is_writable(one)]
    if not found:
        raise ModelUnavailable(
            "no model was found, so that nothing was written; start Ollama, LM Studio or llama-server, "
            "or install loom-providers-llamacpp for the embedded one"
        )
    chosen = found[0] if request.agrees or request.as_json else _choose(found)
    others = [one for one in found if one is not chosen]
    text = initial_settings(chosen, others, day=datetime.now(UTC).date(), home=session.home)
    _write(directory, text)
    _report(path, chosen, request)


def _agree_to_replace(path: Path, request: InitRequest) -> None:
    """Go on only when nothing is lost that nobody agreed to."""
    if request.replaces or not os.path.lexists(path):
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{path} is there already; move it away, or say --force to replace it")
    click.confirm(f"{path} is there already. Replace it?", abort=True, err=True)


def _choose(found: Sequence[FoundModel]) -> FoundModel:
    """The model that the person at the terminal wants; the best where nobody is there."""
    if len(found) == 1 or not sys.stdin.isatty():
        return found[0]
    for number, one in enumerate(found, start=1):
        click.echo(f"{number:3}. {sanitize_line(one.label)}", err=True)
    wanted = click.IntRange(1, len(found))
    number = click.prompt("Which model", type=wanted, default=1, err=True)
    return found[number - 1]


def _write(directory: Path, text: str) -> None:
    """Put the file in place whole, or leave what was there."""
    directory.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        replace_file(descriptor, _FILE, text.encode(), None)
    finally:
        os.close(descriptor)


def _report(path: Path, chosen: FoundModel, request: InitRequest) -> None:
    """Say what was written, and what comes next."""
    if request.as_json:
        settings = chosen.settings
        facts = {"provider": settings.provider, "model": settings.model}
        echo_json({"path": str(path), **facts, "base_url": settings.base_url})
        return
    click.echo(f"wrote {path} with {sanitize_line(chosen.label)}")
    if request.is_project:
        click.echo(f"a project's file may name a model once you trust it: {program_name()} trust")
    click.echo(f"to measure what the model can do: {program_name()} models --probe")
