import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_providers_ollama.server_facts import (
    facts_in,
    full_name,
    loaded_windows,
    models_in,
    parameters_in,
)


def entry(name, day, **more):
    return {"name": name, "model": name, "modified_at": f"2026-01-{day:02d}T00:00:00Z", **more}


def test_loaded_models_come_first_then_the_newest():
    tags = {"models": [entry("old:1b", 1), entry("new:7b", 9), entry("loaded", 2, size=5)]}
    running = {"models": [{"name": "loaded:latest", "context_length": 8192}]}

    models = models_in(tags, running)

    assert [model.name for model in models] == ["loaded", "new:7b", "old:1b"]
    assert models[0].is_loaded
    assert models[0].context_window == 8192
    assert models[0].size_bytes == 5


def test_facts_of_a_model():
    page = {
        "capabilities": ["completion", "tools"],
        "details": {"parameter_size": "7.6B"},
        "model_info": {"qwen2.context_length": 32768, "general.parameter_count": 7_600_000_000},
    }

    facts = facts_in(page)

    assert facts.trained_window == 32768
    assert facts.parameters == 7.6e9
    assert facts.can_chat
    assert facts.can_call_tools


def test_embedding_model_cannot_chat():
    assert not facts_in({"capabilities": ["embedding"]}).can_chat


def test_older_servers_say_nothing_of_abilities():
    assert facts_in({}).can_chat
    assert facts_in({}).can_call_tools


@pytest.mark.parametrize(
    ("text", "count"),
    [("494.03M", 494.03e6), ("7.6B", 7.6e9), ("1T", 1e12), ("", 0), ("many", 0), ("1.2.3B", 0)],
)
def test_parameter_sizes(text, count):
    assert parameters_in(text) == pytest.approx(count)


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("qwen3", "qwen3:latest"),
        ("qwen3:8b", "qwen3:8b"),
        ("host:5000/a/b", "host:5000/a/b:latest"),
    ],
)
def test_name_without_tag_is_latest(name, full):
    assert full_name(name) == full


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["models", "name", "model_info", "details"]), inner)
    ),
)


@given(JSON, JSON)
def test_any_shape_is_read_without_failing(tags, running):
    assert isinstance(models_in(tags, running), list)
    assert isinstance(loaded_windows(running), dict)
    assert facts_in(tags).trained_window >= 0
