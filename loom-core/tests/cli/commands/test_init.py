"""``loom init``: what it writes, and what it never replaces."""

import json
import tomllib
from pathlib import Path

import pytest

from loom_core.cli import initializing
from loom_core.contracts.provider import FoundAs, FoundModel
from loom_core.extensions import LoadedPart, LoadedParts
from loom_core.settings import load_settings
from loom_core.settings.shape import ModelSettings
from loom_core.testing import Script, ScriptedModel


def found(model, url="http://127.0.0.1:11434", label=""):
    settings = ModelSettings(provider="ollama", model=model, base_url=url)
    return FoundModel(settings, FoundAs.RUNNING, label or f"{model} on a test")


BEST, OTHER = found("qwen3:8b"), found("hf.co/unsloth/Qwen3-8B-GGUF:Q4_K_M")


@pytest.fixture
def machine(monkeypatch):
    """What is found on this machine, best first."""
    there = [BEST, OTHER]

    class Finder(ScriptedModel):
        def __init__(self, settings, environment):
            super().__init__(Script.always("x"), settings=settings, environment=environment)

        @classmethod
        async def discover(cls, environment):
            return there

    parts = LoadedParts({"ollama": LoadedPart("ollama", Finder, "test")}, {})
    monkeypatch.setattr(initializing, "load_all", lambda group, disabled: parts)
    return there


def models_in(home, **more):
    loaded = load_settings(cwd=Path("/"), home=home, environ={}, **more)
    return loaded.settings.models


def test_what_is_written_loads_and_names_the_best_model(run_loom, home, machine):
    finished = run_loom("init", "--yes")

    assert finished.code == 0
    assert str(home / "loom.toml") in finished.stdout
    (settings,) = models_in(home).values()
    assert (settings.provider, settings.model) == ("ollama", "qwen3:8b")
    assert settings.base_url == "http://127.0.0.1:11434"


def test_the_other_models_and_keys_are_comments_that_load(run_loom, home, machine):
    run_loom("init", "--yes")
    file = home / "loom.toml"
    lines = file.read_text().splitlines()
    uncommented = [
        line[1:] if line[:1] == "#" and line[1:2] not in " #" else line for line in lines
    ]

    file.write_text("\n".join(uncommented))

    assert list(models_in(home)) == ["qwen3-8b", "qwen3-8b-gguf-q4-k-m"]
    assert models_in(home)["qwen3-8b"].tier == 2


def test_a_file_that_is_there_stays(run_loom, home, machine):
    home.mkdir()
    file = home / "loom.toml"
    file.write_text("# mine\n")

    refused = run_loom("init", "--yes")
    assert refused.code == 2
    assert "--force" in refused.stderr
    assert file.read_text() == "# mine\n"

    assert run_loom("init", "--yes", "--force").code == 0
    assert "qwen3:8b" in file.read_text()


def test_a_broken_file_can_be_replaced(run_loom, home, machine):
    home.mkdir()
    (home / "loom.toml").write_text("[models")

    assert run_loom("init", "--yes", "--force").code == 0
    assert len(models_in(home)) == 1


def test_a_project_gets_a_file_of_its_own_that_must_be_trusted(run_loom, home, machine):
    finished = run_loom("init", "--project", "--yes")

    assert tomllib.loads(Path("loom.toml").read_text())["models"]["qwen3-8b"]
    assert "trust" in finished.stdout
    assert not (home / "loom.toml").exists()


def test_programs_get_json(run_loom, home, machine):
    facts = json.loads(run_loom("init", "--json").stdout)

    assert facts == {
        "path": str(home / "loom.toml"),
        "provider": "ollama",
        "model": "qwen3:8b",
        "base_url": "http://127.0.0.1:11434",
    }


def test_nothing_found_writes_nothing(run_loom, home, machine):
    machine.clear()

    finished = run_loom("init", "--yes")

    assert finished.code == 1
    assert "no model was found" in finished.stderr
    assert not home.exists()


@pytest.mark.parametrize("model", ['a"\nprovider = "x', "a\x1b[31m", "a\x7f", "a\ud800"])
def test_a_server_cannot_write_settings_by_the_name_of_its_model(run_loom, home, machine, model):
    machine[:] = [found(model, label="x\n[server]"), BEST]

    run_loom("init", "--yes")

    assert [settings.model for settings in models_in(home).values()] == ["qwen3:8b"]


def test_a_label_stays_on_its_line(run_loom, home, machine):
    machine[:] = [found("m", label="m\n[server]\nport = 1")]

    run_loom("init", "--yes")

    assert list(tomllib.loads((home / "loom.toml").read_text())) == ["models"]
