"""Whether a model fits into the memory that is free."""

import struct

import pytest

from loom_core.errors import ModelUnavailable
from loom_providers_llamacpp import memory
from loom_providers_llamacpp.gguf_facts import read_facts
from loom_providers_llamacpp.memory import available_bytes, check_memory, needed_bytes
from loom_providers_llamacpp.plan import plan_load

GIGABYTE = 10**9
QWEN = {
    "qwen2.block_count": 24,
    "qwen2.embedding_length": 896,
    "qwen2.attention.head_count": 14,
    "qwen2.attention.head_count_kv": 2,
}


def text(value):
    return struct.pack("<Q", len(value)) + value.encode()


def gguf(path, numbers, *, tail=b""):
    """The head of a model file: a name, a list, then numbers, then a tokenizer."""
    pairs = [text("general.name") + struct.pack("<I", 8) + text("A model")]
    pairs.append(text("general.tags") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("b"))
    pairs.append(text("general.scale") + struct.pack("<If", 6, 1.5))
    pairs += [text(name) + struct.pack("<II", 4, value) for name, value in numbers.items()]
    pairs.append(text("tokenizer.ggml.model") + struct.pack("<I", 8) + text("gpt2"))
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, len(pairs))
    path.write_bytes(head + b"".join(pairs) + tail)
    return path


def plan(path, **more):
    return plan_load(path, **({"window": 8192, "slots": 2, "cores": 2} | more))


def test_cache_of_a_token_is_that_of_the_real_model(tmp_path):
    assert read_facts(gguf(tmp_path / "m.gguf", QWEN)).cache_bytes_a_token == 12_288


def test_lengths_of_heads_win_over_the_embedding(tmp_path):
    own = QWEN | {"qwen2.attention.key_length": 128, "qwen2.attention.value_length": 128}

    assert read_facts(gguf(tmp_path / "m.gguf", own)).cache_bytes_a_token == 24_576


@pytest.mark.parametrize(
    "content",
    [b"", b"GGUF", b"GGUF" + b"\xff" * 40, b"PK\x03\x04", b"GGUF" + struct.pack("<IQQ", 3, 0, 9)],
)
def test_a_head_that_cannot_be_read_tells_nothing(tmp_path, content):
    path = tmp_path / "m.gguf"
    path.write_bytes(content)

    assert read_facts(path).cache_bytes_a_token == 0


def test_a_sliding_window_is_not_counted_as_a_whole_one(tmp_path):
    sliding = QWEN | {"qwen2.attention.sliding_window": 1024}

    assert read_facts(gguf(tmp_path / "m.gguf", sliding)).cache_bytes_a_token == 0


def test_weights_cache_and_buffers_are_needed(tmp_path):
    path = gguf(tmp_path / "m.gguf", QWEN, tail=b"x" * 1_000_000)

    more = needed_bytes(plan(path, slots=2)) - needed_bytes(plan(path, slots=1))

    assert more == 12_288 * 8192
    assert needed_bytes(plan(path)) > 1_000_000 + 2 * more


def test_what_fits_or_is_unknown_passes(tmp_path):
    path = gguf(tmp_path / "m.gguf", QWEN)

    check_memory(plan(path), GIGABYTE)
    check_memory(plan(path), None)


def test_too_little_memory_is_refused_with_a_window_that_fits(tmp_path):
    path = gguf(tmp_path / "m.gguf", QWEN)

    with pytest.raises(
        ModelUnavailable, match=r"m\.gguf needs about 0\.4 GB .* 0\.2 GB are free"
    ) as no:
        check_memory(plan(path), GIGABYTE // 5)

    assert "set slots = 1 and context_window = 3584" in str(no.value)


def test_without_room_for_the_weights_another_model_is_advised(tmp_path):
    with pytest.raises(ModelUnavailable, match="a smaller model"):
        check_memory(plan(gguf(tmp_path / "m.gguf", QWEN)), 1000)


def test_the_limit_of_a_container_counts(tmp_path, monkeypatch):
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:    2000 kB\n")
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("900000\n")
    (tmp_path / "memory.stat").write_text("anon 1\ninactive_file 300000\n")
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "_CONTROL_GROUP", tmp_path)
    assert available_bytes() == 400_000

    (tmp_path / "memory.max").write_text("max\n")
    assert available_bytes() == 2_048_000


def test_without_linux_nobody_says(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "none")
    monkeypatch.setattr(memory, "_CONTROL_GROUP", tmp_path)

    assert available_bytes() is None
