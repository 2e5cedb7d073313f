"""Where spans may go."""

import subprocess
import sys

import pytest

from loom_core.errors import SettingsError
from loom_core.settings.shape import TelemetrySettings
from loom_telemetry.collector import find_collector


def found(endpoint, *, is_offline=False):
    return find_collector(TelemetrySettings(endpoint=endpoint), is_offline=is_offline)


@pytest.mark.parametrize(
    "endpoint",
    ["http://box.lan:4318", "ftp://127.0.0.1", "https://me:pw@box.lan", "http://", "https://a:x"],
)
def test_what_is_no_safe_address_is_refused(endpoint):
    with pytest.raises(SettingsError) as refused:
        found(endpoint)

    assert "pw" not in str(refused.value)


def test_offline_nothing_leaves_this_machine():
    assert found("https://box.lan", is_offline=True) is None
    assert found("http://127.0.0.1:4318/", is_offline=True).url == "http://127.0.0.1:4318/v1/traces"


def test_headers_are_not_shown():
    settings = TelemetrySettings(endpoint="https://box.lan", headers={"a": "secret"})

    assert "secret" not in repr(find_collector(settings, is_offline=False))


def test_switched_off_it_imports_nothing_of_opentelemetry():
    code = (
        "import sys; from loom_telemetry.plugin import plugin; "
        "from loom_core.settings.shape import Settings; plugin.loom_configure(Settings(), False); "
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout == "[]\n"
