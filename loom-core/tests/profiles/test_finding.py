"""Settings win over what was measured, that over what ships."""

from datetime import UTC, datetime

import pytest

from loom_core.errors import SettingsError
from loom_core.profiles import (
    DialectScore,
    Enforcement,
    MeasuredProfile,
    ProfileStore,
    find_profile,
    with_tiers,
)
from loom_core.profiles.store import profile_name
from loom_core.settings.shape import ModelSettings


def measured(**changes):
    facts = {
        "provider": "ollama",
        "model": "qwen3:8b",
        "measured_at": datetime(2026, 11, 22, tzinfo=UTC),
        "seconds": 60.0,
        "calls": 30,
        "window": 16_384,
        "dialect": "native",
        "dialects": (DialectScore(dialect="native", right=4, asked=4),),
        "schema_support": Enforcement.ENFORCED,
        "slots": 3,
        "reasons": True,
        "tasks_passed": 9,
        "tasks_asked": 10,
    }
    return MeasuredProfile.model_validate(facts | changes)


def model(**settings):
    return ModelSettings.model_validate({"provider": "ollama", "model": "qwen3:8b"} | settings)


def test_what_was_measured_is_found_for_that_server_and_model_only(tmp_path):
    ProfileStore(tmp_path).save(measured())

    found = find_profile(model(), tmp_path)
    elsewhere = find_profile(model(base_url="http://gpu:11434"), tmp_path)

    assert (found.dialect, found.slots, found.window) == ("native", 3, 16_384)
    assert elsewhere.measured is None


def test_settings_win(tmp_path):
    ProfileStore(tmp_path).save(measured())

    found = find_profile(model(dialect="json_action", slots=1, tier=1), tmp_path)

    assert (found.dialect, found.slots, found.tier) == ("json_action", 1, 1)


def test_measuring_again_replaces(tmp_path):
    store = ProfileStore(tmp_path)
    store.save(measured(slots=3))

    store.save(measured(slots=1))

    assert find_profile(model(), tmp_path).slots == 1
    assert len(list(store.directory.iterdir())) == 1


def test_a_profile_can_be_named(tmp_path):
    ProfileStore(tmp_path).save(measured())
    stored = profile_name("ollama", "", "qwen3:8b")

    by_shipped = find_profile(model(model="my-own", profile="gpt-oss"), tmp_path)
    by_stored = find_profile(model(model="my-own", profile=stored), tmp_path)

    assert by_shipped.sampling is not None
    assert by_shipped.sampling.temperature == 1.0
    assert by_stored.slots == 3


def test_none_leaves_all_to_settings_and_server(tmp_path):
    ProfileStore(tmp_path).save(measured())

    found = find_profile(model(profile="none", temperature=0.3), tmp_path)

    assert (found.measured, found.shipped, found.tier) == (None, None, 1)
    assert found.sampling is not None
    assert found.sampling.model_dump(exclude_none=True) == {"temperature": 0.3}


def test_an_unknown_profile_is_refused_with_the_nearest(tmp_path):
    with pytest.raises(SettingsError, match=r"no profile 'gemma-3'.*did you mean 'gemma3'"):
        find_profile(model(profile="gemma-3"), tmp_path)


@pytest.mark.parametrize(("wish", "sent"), [(None, 0.6), (0.1, 0.1), (0.9, 0.6)])
def test_the_temperature_of_the_settings_is_an_upper_wish(tmp_path, wish, sent):
    sampling = find_profile(model(temperature=wish), tmp_path).sampling

    assert sampling is not None
    assert (sampling.temperature, sampling.top_k) == (sent, 20)


def test_a_model_that_refuses_a_temperature_gets_none(tmp_path):
    claude = ModelSettings(provider="anthropic", model="claude-opus-5", temperature=0.2)

    assert find_profile(claude, tmp_path).sampling is None


def test_tiers_come_from_profiles_where_the_settings_give_none(tmp_path):
    models = {
        "small": model(model="qwen3:0.6b"),
        "large": model(model="qwen3:32b"),
        "set": model(model="qwen3:32b", tier=1),
        "strange": model(model="strange"),
    }

    tiers = {name: found.tier for name, found in with_tiers(models, tmp_path).items()}

    assert tiers == {"small": 1, "large": 3, "set": 1, "strange": 1}


@pytest.mark.parametrize("text", ["", "{", '{"provider": "ollama"}', "\x00"])
def test_a_damaged_profile_is_left_out_and_named(tmp_path, caplog, text):
    path = ProfileStore(tmp_path).save(measured())
    path.write_text(text)

    assert find_profile(model(), tmp_path).measured is None
    assert path.name in caplog.text


def test_a_name_is_no_path(tmp_path):
    (tmp_path / "secret.json").write_text(measured().model_dump_json())

    with pytest.raises(SettingsError, match="no profile"):
        find_profile(model(profile="../secret"), tmp_path)
