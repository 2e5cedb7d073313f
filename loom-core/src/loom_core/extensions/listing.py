"""Everything that is installed for Loom, and what is wrong with it, without running any of it."""

from dataclasses import dataclass

from loom_core.did_you_mean import did_you_mean
from loom_core.extensions.group import Group
from loom_core.extensions.index import InstalledPart, index
from loom_core.extensions.inspection import Inspector
from loom_core.extensions.loading import conflict


@dataclass(frozen=True, slots=True)
class ExtensionInfo:
    """One installed part, as ``loom plugins`` shows it."""

    group: str
    """Empty for a distribution whose entry points cannot be read."""
    name: str
    value: str
    distribution: str
    version: str
    problem: str | None
    """Why it cannot be used; None when reading its source showed nothing."""


def listing(group: str | None = None) -> list[ExtensionInfo]:
    """Every installed part, or those of one group, by group and name; broken ones with the reason.

    The reason is found by reading: names, files and syntax. What fails only when it runs shows when
    the part is loaded.
    """
    inspector = Inspector()
    wanted = [part for part in index().parts if group in {None, part.group}]
    found = [_info(part, _problem(part, inspector)) for part in wanted]
    if group is not None:
        return sorted(found, key=lambda info: (info.name, info.distribution))
    found += [
        ExtensionInfo("", "", "", broken.distribution, broken.version, broken.problem)
        for broken in index().unreadable
    ]
    return sorted(found, key=lambda info: (info.group, info.name, info.distribution))


def _info(part: InstalledPart, problem: str | None) -> ExtensionInfo:
    return ExtensionInfo(
        group=part.group,
        name=part.name,
        value=part.value,
        distribution=part.distribution,
        version=part.version,
        problem=problem,
    )


def _problem(part: InstalledPart, inspector: Inspector) -> str | None:
    groups = [group.value for group in Group]
    if part.group not in groups:
        return f"Loom has no group {part.group!r}{did_you_mean(part.group, groups)}"
    same_name = index().named(part.group)[part.name]
    if len(same_name) > 1:
        return conflict(same_name)
    return inspector.problem_of(part.value)
