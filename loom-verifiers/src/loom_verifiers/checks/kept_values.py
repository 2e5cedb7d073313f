"""Values of a JSON file that an edit of others has to leave alone."""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import cast

_MAX_DEPTH = 50


def lost_values(keys: Collection[str], before: bytes, now: bytes) -> Sequence[str]:
    """The values that are gone or another one, but for those under the keys.

    Args:
        keys: names that may change, wherever they stand; a dotted one is a path.
        before: the content before, as JSON.
        now: the content now.

    Returns:
        One line for each; none when the content before was no JSON, so that it had no values.
    """
    try:
        old = dict(_leaves(json.loads(before)))
    except (ValueError, RecursionError):
        return []
    try:
        new = dict(_leaves(json.loads(now)))
    except (ValueError, RecursionError):
        return ["all of it, as it does not parse"]
    return [
        f"{'.'.join(path)} = {old[path]}"
        for path in old
        if not _is_free(path, keys) and new.get(path) != old[path]
    ]


def _leaves(
    value: object, path: tuple[str, ...] = (), depth: int = 0
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each value that holds no others, as JSON, with the way to it."""
    if depth > _MAX_DEPTH:
        raise RecursionError
    if isinstance(value, dict) and value:
        for key, inner in cast("dict[str, object]", value).items():
            yield from _leaves(inner, (*path, key), depth + 1)
    elif isinstance(value, list) and value:
        for index, inner in enumerate(cast("list[object]", value)):
            yield from _leaves(inner, (*path, str(index)), depth + 1)
    else:
        yield path, json.dumps(value)


def _is_free(path: tuple[str, ...], keys: Collection[str]) -> bool:
    """Whether a value is, or is inside of, what may change."""
    ways = {".".join(path[start:end]) for end in range(1, len(path) + 1) for start in range(end)}
    return bool(ways & set(keys))
