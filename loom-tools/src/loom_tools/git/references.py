"""Where the branches of a repository are, read without running git."""

import os
import re
from pathlib import Path

_OBJECT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_MAX_BYTES = 16 * 1024 * 1024
_MAX_REFERENCES = 10_000


def git_directory(root: Path) -> Path | None:
    """The git directory of a workspace; None where there is none, or it lies elsewhere."""
    for place in (root / ".git", root):
        if not place.is_symlink() and (place / "objects").is_dir() and (place / "HEAD").is_file():
            return place
    return None


def references(root: Path) -> dict[str, str]:
    """Every reference of the workspace's repository with the object it names, and ``HEAD``.

    ``HEAD`` is there only when it leads to a commit. Empty without a repository.
    """
    place = git_directory(root)
    if place is None:
        return {}
    found = {**_packed(place), **_loose(place)}
    head = _text(place / "HEAD").strip()
    target = found.get(head.removeprefix("ref: ")) if head.startswith("ref: ") else head
    if target and _OBJECT.fullmatch(target):
        found["HEAD"] = target
    return found


def moved(before: dict[str, str], after: dict[str, str]) -> dict[str, list[str]]:
    """The references that differ: what they named before and after, empty for nothing."""
    names = sorted(before.keys() | after.keys())
    return {
        name: [before.get(name, ""), after.get(name, "")]
        for name in names
        if before.get(name) != after.get(name)
    }


def _packed(place: Path) -> dict[str, str]:
    """The references that git packed into one file."""
    found: dict[str, str] = {}
    for line in _text(place / "packed-refs").splitlines():
        digest, _, name = line.partition(" ")
        if _OBJECT.fullmatch(digest) and name:
            found[name] = digest
    return found


def _loose(place: Path) -> dict[str, str]:
    """The references that have a file each."""
    found: dict[str, str] = {}
    for directory, _, names in os.walk(place / "refs"):
        for name in names:
            path = Path(directory, name)
            digest = _text(path).strip()
            if _OBJECT.fullmatch(digest) and len(found) < _MAX_REFERENCES:
                found[path.relative_to(place).as_posix()] = digest
    return found


def _text(path: Path) -> str:
    """The text of a plain file; empty when it is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return file.read(_MAX_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
