"""``loom models list``, ``pull`` and ``rm``: files of models that providers keep themselves."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import asdict

import click

from loom_core.cli.progress.status_line import StatusLine
from loom_core.cli.run.notices import Notices
from loom_core.cli.session import Session
from loom_core.cli.terminal.json_output import echo_json
from loom_core.cli.terminal.size import stdout_columns
from loom_core.cli.terminal.table import echo_table
from loom_core.cli.terminal.time_text import format_size
from loom_core.contracts.model_files import FileState, ModelFile, ModelFiles
from loom_core.contracts.provider import ProviderEnvironment
from loom_core.did_you_mean import did_you_mean
from loom_core.errors import PluginError, UsageError
from loom_core.extensions import Group, load_all
from loom_core.inventory.providers import provider_class
from loom_core.settings import ModelSettings

_HEADERS = ["NAME", "MODEL", "SIZE", "LICENCE", "STATE", "PROVIDER"]
_STATES = {
    FileState.ABSENT: "not here",
    FileState.UNVERIFIED: "here, hash not checked yet",
    FileState.VERIFIED: "here, hash is right",
}


def list_files(session: Session, *, as_json: bool) -> None:
    """Show every model that can be fetched, and what is on disk of it."""
    environment = session.provider_environment(is_offline=True)
    kept = _keepers(session, environment)
    entries = [(name, entry) for name, files in kept.items() for entry in files.entries()]
    if as_json:
        facts = [{"provider": name, **asdict(entry)} for name, entry in entries]
        echo_json([{**fact, "path": str(fact["path"])} for fact in facts])
    elif not entries:
        click.echo("no installed provider keeps files of models; install loom-providers-llamacpp")
    else:
        rows = [_row(name, entry) for name, entry in entries]
        echo_table(_HEADERS, rows, columns=stdout_columns(), flexible=1)


def pull_file(
    session: Session, name: str, *, is_offline: bool, agrees: bool, as_json: bool
) -> None:
    """Fetch a model and say where it is. Raises ``UsageError`` and ``ModelUnavailable``."""
    status = StatusLine(is_shown=sys.stderr.isatty())
    notices = Notices(status, agrees=agrees)
    environment = ProviderEnvironment(
        home=session.home, is_offline=is_offline, say=notices.say, confirm=notices.confirm
    )
    files = _keeper_of(name, _keepers(session, environment))
    try:
        path = asyncio.run(files.pull(name))
    finally:
        status.erase()
    if as_json:
        echo_json({"name": name, "path": str(path), "size_bytes": path.stat().st_size})
    else:
        click.echo(str(path))


def remove_file(session: Session, name: str, *, agrees: bool, as_json: bool) -> None:
    """Delete a model's file after asking. Raises ``UsageError`` while it is in use."""
    files = _keeper_of(name, _keepers(session, session.provider_environment(is_offline=True)))
    entry = next(entry for entry in files.entries() if entry.name == name)
    if entry.present_bytes:
        _confirm_removal(entry, agrees=agrees)
    freed = files.remove(name) if entry.present_bytes else 0
    if as_json:
        echo_json({"name": name, "freed_bytes": freed})
    elif freed:
        click.echo(f"deleted {name}: {format_size(freed)} are free again")
    else:
        click.echo(f"{name} is not here")


def _confirm_removal(entry: ModelFile, *, agrees: bool) -> None:
    """Ask, unless it was agreed beforehand. Raises ``UsageError`` where nobody can be asked."""
    question = f"Delete {entry.path} ({format_size(entry.present_bytes)})?"
    if not agrees:
        if not sys.stdin.isatty():
            raise UsageError(f"{question} nobody can be asked here; say --yes")
        click.confirm(question, abort=True, err=True)


def _keepers(session: Session, environment: ProviderEnvironment) -> dict[str, ModelFiles]:
    """The providers that keep files, by name, each set up as the first model configured for it."""
    loaded = load_all(Group.PROVIDERS, disabled=session.settings.plugins.disabled)
    configured: dict[str, ModelSettings] = {}
    for settings in session.settings.models.values():
        configured.setdefault(settings.provider, settings)
    found: dict[str, ModelFiles] = {}
    for name in sorted(loaded.parts):
        try:
            kind = provider_class(name, loaded)
        except PluginError:
            continue  # `loom plugins` and `loom doctor` show what is broken
        settings = configured.get(name, ModelSettings(provider=name))
        files = kind(settings, environment).files()
        if files is not None:
            found[name] = files
    return found


def _keeper_of(name: str, keepers: Mapping[str, ModelFiles]) -> ModelFiles:
    """The provider that has a model of that name."""
    names: list[str] = []
    for files in keepers.values():
        own = [entry.name for entry in files.entries()]
        if name in own:
            return files
        names += own
    raise UsageError(
        f"no model {name!r} can be fetched{did_you_mean(name, names)} "
        f"(there are: {', '.join(names) or 'none'}); models of Ollama and other servers are theirs"
    )


def _row(provider: str, entry: ModelFile) -> list[str]:
    """One model."""
    share = 100 * entry.present_bytes // entry.size_bytes
    state = _STATES.get(entry.state, f"{share} % fetched")
    size = format_size(entry.size_bytes)
    return [entry.name, entry.title, size, entry.licence, state, provider]
