"""Profiles that come with Loom."""

import sys

import pytest

from loom_core.profiles import find_profile, shipped_profiles
from loom_core.profiles.model_id import model_id
from loom_core.settings.shape import ModelSettings


def test_every_shipped_model_is_known_once_and_as_names_are_read():
    ids = [
        identifier
        for profile in shipped_profiles().values()
        for group in profile.ids.values()
        for identifier in group
    ]

    assert len(ids) == len(set(ids))
    assert [identifier for identifier in ids if model_id(identifier) != identifier] == []


@pytest.mark.parametrize(
    ("model", "name", "tier"),
    [
        ("qwen2.5-coder:7b", "qwen2.5", 2),
        ("qwen3:8b", "qwen3", 2),
        ("qwen3:4b-instruct-2507-q4_K_M", "qwen3-instruct", 1),
        ("unsloth/Qwen3-Coder-30B-A3B-Instruct-GGUF:Q4_K_M", "qwen3-coder", 3),
        ("Qwen/Qwen3.5-35B-A3B", "qwen3.5", 3),
        ("gemma3:4b-it-qat", "gemma3", 1),
        ("google/gemma-4-31B-it", "gemma4", 3),
        ("openai/gpt-oss-20b", "gpt-oss", 2),
        ("zai-org/GLM-4.6-FP8", "glm-4.6", 3),
        ("zai-org/glm-4.7-flash", "glm-4.7", 3),
        ("devstral:24b", "devstral", 2),
        ("mistral-small3.2", "mistral-small", 2),
        ("llama3.3:70b", "llama3", 3),
        ("unsloth/Llama-4-Scout-17B-16E-Instruct-GGUF", "llama4", 3),
        ("granite4:tiny-h", "granite4", 2),
        ("claude-opus-5", "claude", 3),
    ],
)
def test_families_of_today_are_found_by_their_usual_names(tmp_path, model, name, tier):
    found = find_profile(ModelSettings(provider="any", model=model), tmp_path)

    assert found.shipped is not None
    assert (found.shipped.name, found.tier) == (name, tier)


@pytest.mark.parametrize("model", ["qwen3-9b", "qwen3-8b-base", "my-gpt-oss-20b-finetune", ""])
def test_a_part_of_a_name_is_no_match(tmp_path, model):
    assert find_profile(ModelSettings(provider="any", model=model), tmp_path).shipped is None


def test_importing_reads_nothing(tmp_path):
    import subprocess

    code = (
        "import sys, loom_core.profiles.shipped as s; print(s.shipped_profiles.cache_info().misses)"
    )
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, capture_output=True, text=True, check=True, cwd=tmp_path)

    assert done.stdout.strip() == "0"
