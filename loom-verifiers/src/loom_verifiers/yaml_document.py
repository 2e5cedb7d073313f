"""The value of a YAML text, of bounded size: a few lines of anchors can stand for more than fits anywhere."""

from collections.abc import Iterator
from typing import Any, cast

_MAX_VALUES = 1_000_000
_MAX_SLOW_CHARACTERS = 50_000


def load_yaml(text: str) -> object:
    """The first document.

    Raises:
        ValueError: it does not parse, is too long for the parser that is installed, contains itself, or
            stands for more than a million values.
    """
    import yaml  # 60 ms that only YAML files cost

    loader = getattr(yaml, "CSafeLoader", None)  # ten times as fast, where it was built
    if loader is None and len(text) > _MAX_SLOW_CHARACTERS:
        raise ValueError("it is too long for the YAML parser that is installed here")
    data = text.encode("utf-8", "replace")
    try:
        reader: Any = (loader or yaml.SafeLoader)(data)
        node = reader.get_single_node()
        if _count(node, {}) > _MAX_VALUES:
            raise ValueError(f"its anchors stand for more than {_MAX_VALUES:,} values")
        return None if node is None else reader.construct_document(node)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error


def _count(node: Any, known: dict[int, int]) -> int:
    """How many values there are once every alias is written out; each node is counted once."""
    inner = getattr(node, "value", None)
    if not isinstance(inner, list):
        return 1
    if id(node) in known:
        if not known[id(node)]:
            raise ValueError("it contains itself")
        return known[id(node)]
    known[id(node)] = 0
    known[id(node)] = 1 + sum(_count(one, known) for one in _parts(cast("list[object]", inner)))
    return known[id(node)]


def _parts(inner: list[object]) -> Iterator[object]:
    """The nodes in a sequence, or the keys and values of a mapping."""
    for one in inner:
        if isinstance(one, tuple):
            yield from cast("tuple[object, object]", one)
        else:
            yield one
