"""Showing what a project's settings file would decide, and trusting it as it was shown."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from loom_core.cli.exit_code import ExitCode
from loom_core.cli.session import Session
from loom_core.cli.terminal.json_output import echo_json
from loom_core.cli.toml_text import format_toml
from loom_core.errors import UsageError
from loom_core.sanitize import sanitize_line
from loom_core.settings import (
    Origin,
    Source,
    TrustStore,
    refuse_home_inside_project,
)
from loom_core.settings.keys import dotted
from loom_core.settings.layer import read_layer
from loom_core.settings.restricted import needs_trust
from loom_core.settings.toml_file import read_settings_file


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A settings file as the user is about to see it."""

    path: Path
    sha256: str
    restricted: Mapping[str, str]
    """What only a trusted file may set, unless it is the default anyway: TOML by key, no secrets."""
    settings: Mapping[str, str]
    """All that it sets, in the same way."""


def describe_file(path: Path) -> ShownFile:
    """Read a settings file.

    Raises:
        SettingsError: it cannot be read or is no valid settings file.
        UsageError: there is none.
    """
    file = read_settings_file(path)
    if file is None:
        raise UsageError(f"there is no settings file {str(path)!r}; name the file to trust")
    layer = read_layer(file.tables, Origin(Source.PROJECT, str(file.path)), file.path.parent)
    settings = {dotted(key): format_toml(value) for key, value in layer.values.items()}
    keys = [dotted(key) for key, value in layer.values.items() if needs_trust(key, value)]
    restricted = {key: settings[key] for key in keys}
    return ShownFile(file.path, file.sha256, restricted, settings)


def trust_file(session: Session, file: ShownFile, *, agrees: bool, as_json: bool) -> ExitCode:
    """Show what a file would decide, ask, and trust exactly what was shown.

    Raises:
        UsageError: nobody is there to be asked and nobody agreed beforehand.
    """
    if not file.restricted:
        _report(file.path, as_json=as_json, is_trusted=False, text="nothing here needs trust")
        return ExitCode.COMPLETED
    refuse_home_inside_project(session.home, file.path.parent, session.environ)
    store = TrustStore(session.home)
    if not store.is_trusted(file.path, sha256=file.sha256):
        if not agrees and not _ask(file):
            click.echo(f"not trusted: {sanitize_line(str(file.path))}", err=True)
            return ExitCode.FAILED
        store.trust(file.path, sha256=file.sha256)
    _report(file.path, as_json=as_json, is_trusted=True, text="trusted")
    return ExitCode.COMPLETED


def withdraw_trust(session: Session, path: Path, *, as_json: bool) -> ExitCode:
    """Trust a file no longer; one that was not trusted is left as it is."""
    TrustStore(session.home).withdraw(path)
    _report(path.resolve(), as_json=as_json, is_trusted=False, text="not trusted")
    return ExitCode.COMPLETED


def _ask(file: ShownFile) -> bool:
    click.echo(f"{sanitize_line(str(file.path))} sets:", err=True)
    for key, value in file.restricted.items():
        click.echo(f"  {sanitize_line(key)} = {sanitize_line(value)}", err=True)
    if not sys.stdin.isatty():
        raise UsageError("nobody is there to be asked; add --yes if the above is right")
    return click.confirm("Trust this file?", default=False, err=True)


def _report(path: Path, *, as_json: bool, is_trusted: bool, text: str) -> None:
    if as_json:
        echo_json({"path": str(path), "trusted": is_trusted})
    else:
        click.echo(f"{text}: {sanitize_line(str(path))}")
