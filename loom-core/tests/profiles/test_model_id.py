"""One name for a model, whoever serves it."""

import pytest

from loom_core.profiles.model_id import model_id


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("qwen3:8b", "qwen3-8b"),
        ("qwen3:8b-q4_K_M", "qwen3-8b"),
        ("qwen3:latest", "qwen3"),
        ("Qwen/Qwen3-8B", "qwen3-8b"),
        ("hf.co/unsloth/Qwen3-8B-GGUF:UD-Q4_K_XL", "qwen3-8b"),
        ("/models/Qwen3-8B-UD-Q4_K_XL-00001-of-00002.gguf", "qwen3-8b"),
        (r"C:\models\Qwen3-8B-Q8_0.gguf", "qwen3-8b"),
        ("qwen/qwen3-8b", "qwen3-8b"),
        ("mlx-community/Qwen3-8B-4bit", "qwen3-8b"),
        ("Qwen/Qwen3-8B-AWQ", "qwen3-8b"),
        ("Qwen/Qwen3-4B-Instruct-2507-FP8", "qwen3-4b-2507"),
        ("Qwen/Qwen3-4B-Thinking-2507", "qwen3-4b-thinking-2507"),
        ("gemma3:27b-it-qat", "gemma3-27b"),
        ("google/gemma-3-27b-it-qat-q4_0-gguf", "gemma-3-27b"),
        ("gpt-oss:20b", "gpt-oss-20b"),
        ("gpt-oss-20b-mxfp4.gguf", "gpt-oss-20b"),
        ("ibm-granite/granite-4.0-h-small", "granite-4.0-h-small"),
        ("SmolLM2-135M-Instruct.Q4_1.gguf", "smollm2-135m"),
        ("bartowski/Meta-Llama-3.1-8B-Instruct-IQ4_XS.gguf", "meta-llama-3.1-8b"),
        ("Qwen3-Coder-30B-A3B-Instruct-1M-UD-Q4_K_XL.gguf", "qwen3-coder-30b-a3b-1m"),
        ("", ""),
    ],
)
def test_names_of_one_model_are_one(name, expected):
    assert model_id(name) == expected


@pytest.mark.parametrize("name", ["Qwen/Qwen3-8B-Base", "google/gemma-3-27b-pt", "my-qwen3-8b"])
def test_another_model_keeps_another_name(name):
    assert model_id(name) not in {"qwen3-8b", "gemma-3-27b"}
