"""Commands that look at the installation: models, tools, plugins, doctor, config, trust."""

import json
from pathlib import Path

import pytest

from loom_core.cli.exit_code import ExitCode
from loom_core.contracts.provider import FoundAs, FoundModel, Health
from loom_core.errors import PluginError
from loom_core.extensions import ExtensionInfo, LoadedPart, LoadedParts
from loom_core.inventory import models as model_listing
from loom_core.inventory import tools as tool_listing
from loom_core.sandbox import describe
from loom_core.settings import ModelSettings
from loom_core.settings.shape import SandboxSettings
from loom_core.testing import Script, ScriptedModel

MODELS = """
[models.big]
provider = "scripted"
model = "big-one"
roles = ["planner", "executor"]
tier = 3
api_key = "sk-secret"

[models.gone]
provider = "nowhere"
"""


class Scripted(ScriptedModel):
    """A provider as its class is registered: ready, or not."""

    is_ready = True

    def __init__(self, settings, environment):
        super().__init__(Script(), settings=settings, environment=environment)

    @classmethod
    async def discover(cls, environment):
        settings = ModelSettings(provider="scripted", model="found-one")
        return [FoundModel(settings, FoundAs.RUNNING, "found-one on a test")]

    async def health(self):
        return Health(self.is_ready, "answers" if self.is_ready else "down; start it")


@pytest.fixture
def providers(monkeypatch):
    """Install the scripted provider alone."""
    parts = LoadedParts({"scripted": LoadedPart("scripted", Scripted, "a-dist")}, {})
    monkeypatch.setattr(model_listing, "load_all", lambda group, disabled: parts)
    monkeypatch.setattr(Scripted, "is_ready", True)


@pytest.fixture
def settings_file(home) -> Path:
    """The user's own settings, which need no trust."""
    home.mkdir()
    file = home / "loom.toml"
    file.write_text(MODELS)
    return file


def test_models_configured_and_found(run_loom, providers, settings_file):
    models = json.loads(run_loom("models", "--json").stdout)

    by_label = {model["label"]: model for model in models}
    assert list(by_label) == ["big", "gone", "found-one on a test"]
    assert by_label["big"]["roles"] == ["planner", "executor"]
    assert by_label["big"]["window"] == 32_768
    assert by_label["gone"]["is_ready"] is False
    assert "no provider 'nowhere'" in by_label["gone"]["detail"]
    assert by_label["found-one on a test"]["source"] == "running"


def test_models_for_people(run_loom, providers, settings_file):
    finished = run_loom("models")

    assert finished.code == 0
    assert "✓ big: answers" in finished.stdout
    assert "✗ gone: no provider" in finished.stdout
    assert "✓ found-one on a test\n" in finished.stdout


def test_no_models_says_how_to_get_one(run_loom, monkeypatch):
    monkeypatch.setattr(model_listing, "load_all", lambda group, disabled: LoadedParts({}, {}))

    assert "start Ollama" in run_loom("models").stdout


def test_a_model_that_never_answers_is_left_behind(run_loom, providers, monkeypatch):
    import asyncio

    async def never(self):
        await asyncio.Event().wait()

    monkeypatch.setattr(Scripted, "health", never)
    monkeypatch.setattr(model_listing, "_LIMIT_SECONDS", 0.05)

    models = json.loads(run_loom("models", "--json").stdout)

    assert "no answer within" in models[0]["detail"]


def test_tools_and_broken_tools(run_loom, monkeypatch):
    parts = LoadedParts({"odd": LoadedPart("odd", "text", "odd-dist")}, {"bad": PluginError("why")})
    monkeypatch.setattr(tool_listing, "load_all", lambda group, disabled: parts)

    finished = run_loom("tools")

    assert finished.code == 0
    assert "✗ bad: why" in finished.stdout
    assert "✗ odd: odd-dist registers 'text'" in finished.stdout


def test_plugins_show_broken_ones_with_the_reason(run_loom, monkeypatch):
    found = [
        ExtensionInfo("loom.tools", "fine", "m:F", "d", "1", None),
        ExtensionInfo("loom.tools", "bad", "x:B", "e", "2", "module 'x' is not installed"),
        ExtensionInfo("", "", "", "unreadable", "3", "its entry_points.txt cannot be read"),
    ]
    monkeypatch.setattr("loom_core.extensions.listing", lambda: found)

    finished = run_loom("plugins")

    assert finished.code == 0
    assert "✗ loom.tools bad of e: module 'x' is not installed" in finished.stdout
    assert "entry_points.txt cannot be read" in finished.stdout
    assert json.loads(run_loom("plugins", "--json").stdout)[1]["problem"]


@pytest.mark.parametrize(("columns", "is_shown"), [(80, False), (200, True)])
def test_plugins_show_values_only_where_they_fit(run_loom, monkeypatch, columns, is_shown):
    value = f"a_distribution.{'m' * 60}:Fine"
    found = [ExtensionInfo("loom.tools", "fine", value, "d", "1", None)]
    monkeypatch.setattr("loom_core.extensions.listing", lambda: found)
    monkeypatch.setattr("loom_core.cli.terminal.size.stdout_columns", lambda: columns)

    shown = run_loom("plugins").stdout

    assert ("VALUE" in shown) is is_shown
    assert (value in shown) is is_shown
    assert "…" not in shown


def test_doctor_finds_everything_well(run_loom, providers):
    findings = json.loads(run_loom("doctor", "--json").stdout)

    subjects = {finding["subject"] for finding in findings}
    assert {"python", "settings", "disk", "rg", "git", "plugins"} <= subjects
    assert {"sandbox", "database", "models"} <= subjects
    assert all(finding["fix"] for finding in findings if finding["level"] != "ok")


def test_doctor_says_which_hosts_are_reached_and_what_to_do_where_none_can_be(
    run_loom, providers, home
):
    home.mkdir()
    (home / "loom.toml").write_text("[sandbox]\nallowed_hosts = ['pypi.org']\n")

    findings = json.loads(run_loom("doctor", "--json").stdout)

    (finding,) = [finding for finding in findings if finding["subject"] == "sandbox"]
    if describe(SandboxSettings()).sandbox.name == "bubblewrap":
        assert finding["level"] == "ok"
        assert finding["detail"].endswith("with network to pypi.org only")
    else:
        assert finding["level"] == "warn"
        assert "bubblewrap" in finding["fix"]


def test_doctor_warns_where_landlock_cannot_keep_a_list(run_loom, providers, home):
    if describe(SandboxSettings(backend="landlock")).sandbox.name != "landlock":
        pytest.skip("Landlock does not work here")
    home.mkdir()
    (home / "loom.toml").write_text(
        "[sandbox]\nbackend = 'landlock'\nallowed_hosts = ['pypi.org']\n"
    )

    findings = json.loads(run_loom("doctor", "--json").stdout)

    (finding,) = [finding for finding in findings if finding["subject"] == "sandbox"]
    assert finding["level"] == "warn"
    assert "without network, since sandbox.allowed_hosts needs bubblewrap" in finding["detail"]
    assert "install bubblewrap" in finding["fix"]


def test_doctor_says_that_nothing_sends_the_spans_that_are_wanted(
    run_loom, providers, home, monkeypatch
):
    monkeypatch.setattr("loom_core.cli.doctor.installation.names", lambda _group: [])
    home.mkdir()
    (home / "loom.toml").write_text("[telemetry]\nendpoint = 'http://127.0.0.1:4318'\n")

    findings = json.loads(run_loom("doctor", "--json").stdout)

    (finding,) = [finding for finding in findings if finding["subject"] == "telemetry"]
    assert "loom-telemetry" in finding["fix"]


def test_doctor_fails_without_a_model_and_says_what_to_do(run_loom, providers, monkeypatch):
    monkeypatch.setattr(Scripted, "is_ready", False)

    finished = run_loom("doctor")

    assert finished.code == ExitCode.FAILED
    assert "✗ models" in finished.stdout
    assert "fix: start Ollama" in finished.stdout


def test_doctor_survives_broken_settings(run_loom):
    Path("loom.toml").write_text("[models")

    finished = run_loom("doctor")

    assert finished.code == ExitCode.FAILED
    assert "✗ settings" in finished.stdout
    assert "broken TOML" in finished.stdout


def test_doctor_survives_a_broken_database(run_loom, providers, home):
    home.mkdir()
    (home / "loom.db").write_bytes(b"this is no database " * 100)

    finished = run_loom("doctor")

    assert finished.code == ExitCode.FAILED
    assert "✗ database" in finished.stdout


def test_config_says_where_values_come_from_and_hides_secrets(run_loom, settings_file, monkeypatch):
    monkeypatch.setenv("LOOM_SERVER__PORT", "9123")

    people = run_loom("config", "show", "--origin").stdout
    entries = {i["key"]: i for i in json.loads(run_loom("config", "show", "--json").stdout)}

    assert "sk-secret" not in people + json.dumps(entries)
    assert entries["server.port"]["value"] == 9123
    assert entries["server.port"]["source"] == "environment"
    assert entries["models.big.tier"]["where"] == str(settings_file)
    assert entries["server.host"]["source"] == "default"
    assert "LOOM_SERVER__PORT" in people


def test_an_unknown_setting_is_refused_with_the_nearest(run_loom):
    Path("mine.toml").write_text("[server]\nprot = 1")

    finished = run_loom("config", "show", "--config", "mine.toml")

    assert finished.code == ExitCode.USAGE
    assert "did you mean" in finished.stderr


def test_a_file_is_trusted_as_it_was_shown(run_loom):
    Path("loom.toml").write_text('[models.m]\nprovider = "openai"\napi_key = "sk-secret"\n')
    refused = run_loom("run", "goal")
    unasked = run_loom("trust")
    trusted = run_loom("trust", "--yes")
    accepted = run_loom("config", "show")
    Path("loom.toml").write_text('[models.m]\nprovider = "ollama"\n')
    edited = run_loom("run", "goal")

    assert refused.code == ExitCode.USAGE
    assert "loom trust" in refused.stderr
    assert unasked.code == ExitCode.USAGE
    assert 'models.m.provider = "openai"' in unasked.stderr
    assert "sk-secret" not in unasked.stderr
    assert trusted.code == accepted.code == 0
    assert edited.code == ExitCode.USAGE


def test_trust_can_be_withdrawn(run_loom):
    Path("loom.toml").write_text('[models.m]\nprovider = "openai"\n')
    run_loom("trust", "--yes")

    finished = run_loom("trust", "--withdraw", "--json")

    assert json.loads(finished.stdout)["trusted"] is False
    assert run_loom("run", "goal").code == ExitCode.USAGE


def test_only_what_needs_trust_is_shown(run_loom):
    Path("loom.toml").write_text(
        '[logging]\nlevel = "debug"\n[server]\nport = 9000\nhost = "0.0.0.0"\n'
    )

    shown = run_loom("trust").stderr

    assert 'server.host = "0.0.0.0"' in shown
    assert "server.port" not in shown
    assert "logging" not in shown


def test_a_file_of_preferences_needs_no_trust(run_loom):
    Path("loom.toml").write_text('[logging]\nlevel = "debug"\n[server]\nport = 9000\n')

    finished = run_loom("trust")

    assert finished.code == 0
    assert finished.stdout.startswith("nothing here needs trust: ")


def test_config_marks_what_is_ignored(run_loom):
    Path("loom.toml").write_text('[models.m]\nprovider = "openai"\napi_key = "sk-secret"\n')

    people = run_loom("config", "show").stdout
    entries = json.loads(run_loom("config", "show", "--json").stdout)

    ignored = {entry["key"]: entry["value"] for entry in entries if entry["ignored"]}
    assert ignored == {"models.m.provider": "openai", "models.m.api_key": "**********"}
    assert "ignored, not trusted: " in people
    assert "sk-secret" not in people


def test_doctor_says_how_to_deal_with_an_untrusted_file(run_loom, providers):
    Path("loom.toml").write_text('[models.m]\nprovider = "openai"\n')

    finished = run_loom("doctor")

    assert finished.code == ExitCode.FAILED
    assert "fix: loom trust, or remove " in finished.stdout
    assert "database" in finished.stdout


def test_there_must_be_a_file_to_trust(run_loom):
    finished = run_loom("trust", "nowhere")

    assert finished.code == ExitCode.USAGE
    assert "there is no settings file 'nowhere'" in finished.stderr


def test_mending_needs_a_person(run_loom):
    finished = run_loom("doctor", "--fix")

    assert finished.code == ExitCode.USAGE
    assert "nobody can be asked here" in finished.stderr


def test_findings_name_the_command_that_mends_them(run_loom, providers, home):
    Path("loom.toml").write_text(MODELS)
    findings = json.loads(run_loom("doctor", "--json").stdout)

    by_subject = {finding["subject"]: finding for finding in findings}
    assert by_subject["settings"]["command"] == ["trust"]
    assert by_subject["python"]["command"] == []
