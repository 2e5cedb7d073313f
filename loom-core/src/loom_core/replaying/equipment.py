"""What of this installation has a part in a replay, to be looked at and not to act."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loom_core.contracts.check import Check
from loom_core.contracts.provider import ProviderEnvironment
from loom_core.contracts.tool import Tool
from loom_core.extensions import Group
from loom_core.extensions.instances import make_all
from loom_core.extensions.tool_table import ToolTable
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
    environment = ProviderEnvironment(home=home, is_offline=True)
    # Nothing of the sources is started, since no tool of a replay runs: there is nothing to close.
    table = ToolTable(settings, environment, lambda _failures: None)
    checks, _ = make_all(Group.CHECKS, Check, disabled=settings.plugins.disabled)
    return Equipment(settings, table.tools(), {check.name: check for check in checks}, home)
