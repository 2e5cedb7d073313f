"""What of this installation has a part in a replay, to be looked at and not to act."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from loom_core.contracts.check import Check
from loom_core.contracts.tool import Tool
from loom_core.extensions import Group
from loom_core.extensions.instances import make_all
from loom_core.settings.shape import Settings


@dataclass(frozen=True, slots=True)
class Equipment:
    """Settings, tools and checks, and a home of its own."""

    settings: Settings
    tools: Mapping[str, Tool[Any]]
    checks: Mapping[str, Check]
    home: Path


def installed_equipment(settings: Settings, home: Path) -> Equipment:
    """The tools and checks that can be loaded here; the others are missing, as in a run."""
    disabled = settings.plugins.disabled
    tools, _ = make_all(Group.TOOLS, cast("type[Tool[Any]]", Tool), disabled=disabled)
    checks, _ = make_all(Group.CHECKS, Check, disabled=disabled)
    return Equipment(
        settings,
        {tool.name: tool for tool in tools},
        {check.name: check for check in checks},
        home,
    )
