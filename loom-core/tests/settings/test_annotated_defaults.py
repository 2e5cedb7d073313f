"""The annotated loom.toml of the repository says what the code says."""

import re
import tomllib
from pathlib import Path

import pytest

from loom_core.settings import Settings
from loom_core.settings.keys import ANY_NAME, dotted, known_keys
from loom_core.settings.shape import McpServerSettings, ModelSettings

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "loom.toml").read_text()
SHOWN = tomllib.loads(re.sub(r"^#(?=[^ \n#])", "", TEXT, flags=re.MULTILINE))
"""The file with the settings that are commented out."""


KNOWN = set(known_keys())
NAMED = {"models": ModelSettings(provider="x"), "mcp": McpServerSettings()}
"""Tables that hold tables of the user's, with the defaults of one of those."""


def keys_of(tables, above=()):
    for key, value in tables.items():
        path = (*above, key)
        if isinstance(value, dict) and path not in KNOWN:
            yield from keys_of(value, path)
        else:
            yield path


def test_every_setting_is_shown_and_no_other():
    shown = {path for path in keys_of(SHOWN) if path[0] != "models" or path[1] == ANY_NAME}

    assert sorted(map(dotted, shown)) == sorted(map(dotted, known_keys()))


@pytest.mark.parametrize(
    "path", [path for path in known_keys() if path[0] not in NAMED], ids=dotted
)
def test_shown_value_is_the_default(path):
    table, key = path
    default = Settings().model_dump(mode="json")[table][key]

    if default is None:
        above = TEXT[: TEXT.index(f"\n#{key} =")].splitlines()
        assert "Not set:" in " ".join(line for line in above[-6:] if line.startswith("#"))
    else:
        assert SHOWN[table][key] == default


@pytest.mark.parametrize(
    "path",
    [path for path in known_keys() if path[0] in NAMED and path[-1] != "provider"],
    ids=dotted,
)
def test_shown_value_of_a_named_table_is_the_default_or_says_that_there_is_none(path):
    *tables, key = path
    default = NAMED[path[0]].model_dump(mode="json")[key]
    above = TEXT[: TEXT.index(f"\n#{key} =", TEXT.index(f"[{dotted(tuple(tables))}]"))].splitlines()
    comment = " ".join(line for line in above[-3:] if line.startswith("# "))
    shown = SHOWN
    for name in path:
        shown = shown[name]

    if default is None:
        assert "Not set:" in comment
    else:
        assert shown == default


def test_as_a_projects_file_it_needs_no_trust_and_changes_nothing(machine):
    machine.write_project(TEXT)

    loaded = machine.load()

    assert loaded.settings.models == {}
    changed = {
        key for key in loaded.origins if not key.startswith(("execution", "logging", "veri"))
    }
    assert changed == set()
    assert loaded.settings == machine.load(cwd=machine.user).settings


def test_every_commented_example_is_valid_for_the_user(machine):
    machine.write_user(re.sub(r"^#(?=[^ \n#])", "", TEXT, flags=re.MULTILINE))

    models = machine.load().settings.models

    assert {model.provider for model in models.values()} == {
        "ollama",
        "openai_compatible",
        "openai",
        "anthropic",
        "llamacpp",
    }


def test_a_provider_that_this_version_lacks_still_loads(machine):
    machine.write_user('[models.claude]\nprovider = "anthropic"\nmodel = "claude-sonnet-4-5"\n')

    assert machine.load().settings.models["claude"].provider == "anthropic"
