"""``loom models --probe``: which models are measured, and what becomes of what was found."""

import sys
from collections.abc import Sequence
from dataclasses import replace

from loom_core.cli.probe_report import echo_probe
from loom_core.cli.progress.status_line import StatusLine
from loom_core.cli.run.notices import COUNTING, Notices
from loom_core.cli.session import Session
from loom_core.cli.terminal.json_output import echo_json
from loom_core.contracts.provider import FoundModel, ProviderEnvironment
from loom_core.extensions import Group, LoadedParts, load_all
from loom_core.inventory.providers import provider_class, provider_classes
from loom_core.probing import probe
from loom_core.profiles import MeasuredProfile, ProfileStore
from loom_core.routing.chosen_models import choose_models
from loom_core.routing.discovery import discover
from loom_core.settings import ModelSettings


async def probe_models(session: Session, wanted: str, *, is_offline: bool, as_json: bool) -> None:
    """Measure models, store each profile as soon as it is whole, and show them.

    Args:
        session: gives settings and home.
        wanted: name of a configured or found model; empty is all configured ones, else the best found.
        is_offline: whether to forbid every connection that leaves this machine.
        as_json: whether to write for programs.

    Raises:
        ModelError: a model cannot be used; profiles of those before it are stored.
        SettingsError: no such model.
    """
    status = StatusLine(is_shown=sys.stderr.isatty() and not as_json)
    notices = Notices(status, agrees=False)
    environment = ProviderEnvironment(
        home=session.home, is_offline=is_offline, say=notices.say, confirm=notices.confirm
    )
    loaded = load_all(Group.PROVIDERS, disabled=session.settings.plugins.disabled)
    store = ProfileStore(session.home)
    profiles: list[MeasuredProfile] = []
    for name, settings in (await _choose(session, wanted, loaded, environment)).items():
        notices.say(f"{name}: measuring takes some minutes; Ctrl-C stops it and changes nothing")
        profile = await _probe_one(settings, loaded, _prefixed(environment, name))
        path = store.save(profile)
        profiles.append(profile)
        status.erase()
        if not as_json:
            echo_probe(name, profile, path)
    if as_json:
        echo_json([profile.model_dump(mode="json") for profile in profiles])


async def _choose(
    session: Session, wanted: str, loaded: LoadedParts, environment: ProviderEnvironment
) -> dict[str, ModelSettings]:
    """The models to be measured, by name."""

    async def find() -> Sequence[FoundModel]:
        return await discover(provider_classes(loaded), environment)

    configured = session.settings.models
    if wanted and wanted not in configured:
        configured = {}  # one that runs here may be measured before it is configured
    return await choose_models(configured, wanted or None, find)


async def _probe_one(
    settings: ModelSettings, loaded: LoadedParts, environment: ProviderEnvironment
) -> MeasuredProfile:
    """The profile of one model."""
    provider = provider_class(settings.provider, loaded)(settings, environment)
    try:
        return await probe(provider)
    finally:
        await provider.close()


def _prefixed(environment: ProviderEnvironment, name: str) -> ProviderEnvironment:
    """The same environment, whose lines say which model they are about."""

    def say(line: str) -> None:
        environment.say(line if line.startswith(COUNTING) else f"{name}: {line}")

    return replace(environment, say=say)
