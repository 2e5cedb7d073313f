"""Which parts are installed, read once per process from metadata files, importing none of them."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, EntryPoint, distributions

_PREFIX = "loom."


@dataclass(frozen=True, slots=True)
class InstalledPart:
    """One entry point of a distribution, not loaded."""

    group: str
    name: str
    value: str
    """``module:attribute`` as the distribution wrote it."""
    distribution: str
    version: str
    entry_point: EntryPoint

    @property
    def origin(self) -> str:
        """Distribution and version, as messages show them."""
        return f"{self.distribution} {self.version}".strip()


@dataclass(frozen=True, slots=True)
class UnreadableDistribution:
    """A distribution whose list of entry points cannot be read."""

    distribution: str
    version: str
    problem: str


@dataclass(frozen=True, slots=True)
class Index:
    """Everything that is installed for Loom."""

    parts: tuple[InstalledPart, ...]
    unreadable: tuple[UnreadableDistribution, ...]

    def named(self, group: str) -> dict[str, list[InstalledPart]]:
        """The parts of a group by name; more than one of a name is a conflict."""
        found: dict[str, list[InstalledPart]] = {}
        for part in self.parts:
            if part.group == group:
                found.setdefault(part.name, []).append(part)
        return dict(sorted(found.items()))


@cache
def index() -> Index:
    """The index of this process; scanned at the first call."""
    parts: dict[InstalledPart, None] = {}
    unreadable: list[UnreadableDistribution] = []
    seen: set[str] = set()
    for distribution in distributions():
        if not _concerns_loom(distribution):
            continue
        name, version = _identity(distribution)
        if (normalized := _normalize(name)) in seen:
            continue  # shadowed by the same distribution earlier on the path
        seen.add(normalized)
        try:
            parts.update(dict.fromkeys(_parts(distribution, name, version)))
        except (TypeError, ValueError, KeyError, AttributeError, OSError) as error:
            # A line that is no entry point ends importlib's parser in one of these.
            problem = f"its entry_points.txt cannot be read: {error}"
            unreadable.append(UnreadableDistribution(name, version, problem))
    return Index(tuple(parts), tuple(unreadable))


def forget() -> None:
    """Scan again at the next use; for tests and after an installation."""
    index.cache_clear()


def _concerns_loom(distribution: Distribution) -> bool:
    """Whether the entry points mention Loom; strangers' files are not parsed, however broken."""
    try:
        return _PREFIX in (distribution.read_text("entry_points.txt") or "")
    except (OSError, UnicodeDecodeError):
        return False  # not ours to judge: whoever made it never wrote a group of Loom


def _identity(distribution: Distribution) -> tuple[str, str]:
    """Name and version; broken metadata gives what can be had."""
    try:
        name = str(distribution.metadata["Name"] or "")
        version = str(distribution.metadata["Version"] or "")
    except (KeyError, OSError, ValueError):
        name = version = ""
    return name or "an unnamed distribution", version


def _normalize(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _parts(distribution: Distribution, name: str, version: str) -> list[InstalledPart]:
    return [
        InstalledPart(entry.group, entry.name, entry.value, name, version, entry)
        for entry in distribution.entry_points
        if entry.group.startswith(_PREFIX)
    ]
