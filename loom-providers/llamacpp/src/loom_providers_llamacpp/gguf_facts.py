"""What the head of a GGUF file says of its model's memory.

Source: the GGUF specification, https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_MAGIC = b"GGUF"
_WHOLE_NUMBERS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 10: "<Q", 11: "<q"}
_OTHER_SIZES = {6: 4, 7: 1, 12: 8}
"""Fractions and truth values, by their bytes."""
_STRING, _ARRAY = 8, 9
_LONGEST_TEXT = 1 << 16
_MOST_KEYS = 10_000
_CACHE_BYTES_A_VALUE = 2
"""The cache of keys and values is kept in half precision."""


@dataclass(frozen=True, slots=True)
class GgufFacts:
    """What matters for memory."""

    cache_bytes_a_token: int
    """Keys and values of one token; 0 where the file does not tell, or it is not the same for all."""


def read_facts(path: Path) -> GgufFacts:
    """The facts of a model file; zeros where it cannot be read, since loading it says what is wrong."""
    try:
        with path.open("rb") as file:
            return GgufFacts(_cache_bytes(_numbers_in(file)))
    except (OSError, ValueError, struct.error):
        return GgufFacts(0)


def _cache_bytes(numbers: dict[str, int]) -> int:
    """Bytes of the cache for one token: keys and values of every layer."""
    layers, heads = numbers.get("block_count", 0), numbers.get("attention.head_count", 0)
    if not layers or not heads or "attention.sliding_window" in numbers:
        return 0
    key_value_heads = numbers.get("attention.head_count_kv", heads)
    usual = numbers.get("embedding_length", 0) // heads
    lengths = [numbers.get(f"attention.{kind}_length", usual) for kind in ("key", "value")]
    return _CACHE_BYTES_A_VALUE * layers * key_value_heads * sum(lengths)


def _numbers_in(file: IO[bytes]) -> dict[str, int]:
    """The whole numbers of the model's architecture, up to where the tokenizer begins."""
    if file.read(len(_MAGIC)) != _MAGIC:
        raise ValueError("no GGUF file")
    _version, _tensors, keys = struct.unpack("<IQQ", file.read(20))
    found: dict[str, int] = {}
    for _ in range(min(keys, _MOST_KEYS)):
        name = _text(file)
        if name.startswith("tokenizer."):
            break
        value = _value(file, _number(file, "<I"))
        if isinstance(value, int):
            found[name.partition(".")[2]] = value
    return found


def _value(file: IO[bytes], kind: int) -> int | None:
    """A whole number; everything else is read past."""
    if kind in _WHOLE_NUMBERS:
        return _number(file, _WHOLE_NUMBERS[kind])
    if kind in _OTHER_SIZES:
        file.read(_OTHER_SIZES[kind])
        return None
    if kind == _STRING:
        _text(file)
        return None
    if kind != _ARRAY:
        raise ValueError(f"unknown kind {kind} of a value")
    items, count = _number(file, "<I"), _number(file, "<Q")
    for _ in range(min(count, _LONGEST_TEXT)):
        _value(file, items)
    return None


def _number(file: IO[bytes], form: str) -> int:
    """One whole number of that form."""
    (value,) = struct.unpack(form, file.read(struct.calcsize(form)))
    return value


def _text(file: IO[bytes]) -> str:
    """A text with its length before it."""
    length = _number(file, "<Q")
    if length > _LONGEST_TEXT:
        raise ValueError("a text is too long")
    return file.read(length).decode(errors="replace")
