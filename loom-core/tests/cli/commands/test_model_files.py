"""``loom models list``, ``pull`` and ``rm`` on a provider that keeps files."""

import json
from pathlib import Path

import pytest

from loom_core.cli import model_files
from loom_core.contracts.model_files import FileState, ModelFile, ModelFiles
from loom_core.errors import ModelUnavailable, UsageError
from loom_core.extensions import LoadedPart, LoadedParts
from loom_core.settings.shape import ModelSettings
from loom_core.testing import Script, ScriptedModel


class Shelf(ModelFiles):
    """Keeps one model called tiny."""

    def __init__(self, environment):
        self._environment = environment
        self._path = environment.home / "tiny.gguf"

    def entries(self):
        there = self._path.exists()
        state = FileState.VERIFIED if there else FileState.ABSENT
        present = 12 if there else 0
        return [ModelFile("tiny", "Tiny Q4", "MIT", 12, present, state, self._path)]

    async def pull(self, name):
        if self._environment.is_offline:
            raise ModelUnavailable("--offline forbids it")
        if not self._environment.confirm("Fetch Tiny?"):
            raise ModelUnavailable("not fetched, as you said")
        self._environment.say("fetching Tiny: all of it")
        self._path.parent.mkdir(exist_ok=True)
        self._path.write_bytes(b"GGUF 8 bytes")
        return self._path

    def remove(self, name):
        if (self._path.parent / "busy").exists():
            raise UsageError("tiny is loaded by a running Loom")
        self._path.unlink()
        return 12


class Keeper(ScriptedModel):
    def __init__(self, settings, environment):
        super().__init__(Script.always("x"), settings=settings, environment=environment)

    def files(self):
        return Shelf(self.environment)


class Plain(Keeper):
    def files(self):
        return None


@pytest.fixture(autouse=True)
def providers(monkeypatch):
    parts = {name: LoadedPart(name, kind, "test") for name, kind in KINDS.items()}
    broken = LoadedPart("odd", "no class", "test")
    monkeypatch.setattr(
        model_files, "load_all", lambda group, disabled: LoadedParts({**parts, "odd": broken}, {})
    )


KINDS = {"keeper": Keeper, "plain": Plain}


def test_what_can_be_fetched_is_listed_with_what_is_there(run_loom):
    before = run_loom("models", "list").stdout
    run_loom("models", "pull", "tiny", "--yes")

    (listed,) = json.loads(run_loom("models", "list", "--json").stdout)

    assert "tiny  Tiny Q4  12 B  MIT      not here  keeper" in before
    assert (listed["provider"], listed["state"], listed["present_bytes"]) == (
        "keeper",
        "verified",
        12,
    )


def test_pulling_shows_progress_and_prints_the_path_alone(run_loom, home):
    finished = run_loom("models", "pull", "tiny", "--yes")

    assert finished.code == 0
    assert finished.stdout == f"{home / 'tiny.gguf'}\n"
    assert "Fetch Tiny? yes" in finished.stderr


def test_pulling_offline_says_why_not(run_loom):
    finished = run_loom("models", "pull", "tiny", "--offline")

    assert finished.code == 1
    assert "--offline forbids it" in finished.stderr


@pytest.mark.parametrize("action", ["pull", "rm"])
def test_an_unknown_name_is_refused_with_the_nearest(run_loom, action):
    finished = run_loom("models", action, "tinny")

    assert finished.code == 2
    assert "did you mean 'tiny'" in finished.stderr


def test_deleting_needs_a_yes_where_nobody_can_be_asked(run_loom, home):
    run_loom("models", "pull", "tiny", "--yes")

    unasked = run_loom("models", "rm", "tiny")
    agreed = run_loom("models", "rm", "tiny", "--yes")

    assert (unasked.code, agreed.code) == (2, 0)
    assert "say --yes" in unasked.stderr
    assert not Path(home / "tiny.gguf").exists()
    assert "tiny is not here" in run_loom("models", "rm", "tiny").stdout


def test_a_model_in_use_is_not_deleted(run_loom, home):
    run_loom("models", "pull", "tiny", "--yes")
    (home / "busy").touch()

    finished = run_loom("models", "rm", "tiny", "--yes")

    assert finished.code == 2
    assert (home / "tiny.gguf").exists()


def test_options_of_the_listing_do_not_go_before_a_command(run_loom):
    finished = run_loom("models", "--json", "list")

    assert finished.code == 2
    assert "options go after 'list'" in finished.stderr


def test_the_first_configured_model_sets_the_provider_up(run_loom, home, monkeypatch):
    home.mkdir()
    (home / "loom.toml").write_text('[models.m]\nprovider = "keeper"\nbase_url = "http://mirror"\n')
    seen = []
    monkeypatch.setattr(
        Keeper, "files", lambda self: seen.append(self.settings) or Shelf(self.environment)
    )

    run_loom("models", "list")

    assert seen == [ModelSettings(provider="keeper", base_url="http://mirror")]
