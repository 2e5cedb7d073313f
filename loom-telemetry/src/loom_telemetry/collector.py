"""Where spans go, as the settings say it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from loom_core.errors import RequestRejected, SettingsError
from loom_core.settings.shape import TelemetrySettings
from loom_core.wire import ServerAddress

_PATH = "/v1/traces"


@dataclass(frozen=True, slots=True)
class Collector:
    """A collector that takes spans over HTTP."""

    url: str
    """Where they are posted."""
    headers: Mapping[str, str] = field(repr=False)
    """Sent along; they may hold a key."""
    wants_content: bool
    """Whether texts of prompts, answers, arguments and results go along."""


def find_collector(settings: TelemetrySettings, *, is_offline: bool) -> Collector | None:
    """The collector; None where none is named, or where it is not on this machine and Loom is offline.

    Raises:
        SettingsError: the endpoint is no address, or others could read on the way what goes there.
    """
    if not settings.endpoint:
        return None
    try:
        address = ServerAddress.parse(settings.endpoint)
    except RequestRejected as error:
        raise SettingsError(
            f"telemetry.endpoint {settings.endpoint.rpartition('@')[2]!r} is no address of a collector; "
            "write http://127.0.0.1:4318, or https://HOST:PORT, and put a key into telemetry.headers"
        ) from error
    if address.scheme == "http" and not address.is_loopback:
        raise SettingsError(
            f"telemetry.endpoint {address.url!r} leaves this machine without encryption; take https, or a "
            "collector on 127.0.0.1 that sends on what it gets"
        )
    if is_offline and not address.is_loopback:
        return None
    headers = {name: value.get_secret_value() for name, value in settings.headers.items()}
    return Collector(address.url + _PATH, headers, settings.content)
