"""Every tool of a Loom: one of each installed class, and those that sources make of the settings."""

import logging
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from typing import Any, cast

from loom_core.contracts.provider import ProviderEnvironment
from loom_core.contracts.tool import Tool
from loom_core.contracts.tool_source import ToolSource
from loom_core.errors import PluginError, SettingsError
from loom_core.extensions.group import Group
from loom_core.extensions.instances import make_all, subclass
from loom_core.extensions.loading import LoadedPart, load_all
from loom_core.settings.shape import Settings

_log = logging.getLogger(__name__)

LeaveOut = Callable[[Iterable[PluginError]], None]
"""Says which parts are not used, and why."""
MakeSource = Callable[[Settings, ProviderEnvironment], ToolSource]
"""What the class of a source is."""


class ToolTable:
    """Makes the tools at their first use, and closes their sources."""

    def __init__(
        self, settings: Settings, environment: ProviderEnvironment, leave_out: LeaveOut
    ) -> None:
        """Make nothing yet."""
        self._settings = settings
        self._environment = environment
        self._leave_out = leave_out
        self._sources: list[ToolSource] = []
        self._tools: dict[str, Tool[Any]] | None = None

    def tools(self) -> dict[str, Tool[Any]]:
        """Every tool that can be made, by name; what cannot is said and harms no other.

        Raises ``SettingsError`` for settings that a source cannot use.
        """
        if self._tools is None:
            disabled = self._settings.plugins.disabled
            made, broken = make_all(Group.TOOLS, cast("type[Tool[Any]]", Tool), disabled=disabled)
            self._leave_out(part.error for part in broken)
            self._tools = {tool.name: tool for tool in made}
            sources = load_all(Group.TOOL_SOURCES, disabled=disabled)
            self._leave_out(sources.failures.values())
            for part in sources.parts.values():
                self._take_from(part, self._tools)
        return self._tools

    async def close(self) -> None:
        """Close every source, each of them also when closing another raises."""
        async with AsyncExitStack() as closing:
            for source in self._sources:
                closing.push_async_callback(source.close)

    def _take_from(self, part: LoadedPart, known: dict[str, Tool[Any]]) -> None:
        """Add the tools of a source to those that are known, whose names are taken."""
        origin = f"{part.name!r} of {part.distribution}"
        try:
            make = cast("MakeSource", subclass(part.value, ToolSource, origin))
            source = make(self._settings, self._environment)
            made = {tool.name: tool for tool in source.tools()}
        except SettingsError:
            raise
        except PluginError as error:
            self._leave_out([error])
            return
        except Exception as error:  # noqa: BLE001 - isolation point: a plugin may do anything
            _log.debug("the source %s failed", origin, exc_info=True)
            cause = f"{type(error).__name__}: {error}"
            failure = PluginError(f"{origin} gives no tools: {cause}. Mend it, or disable it")
            failure.__cause__ = error
            self._leave_out([failure])
            return
        self._sources.append(source)
        for name in sorted(set(made) & set(known)):
            self._leave_out(
                [PluginError(f"{origin} brings a tool {name!r}, and there is one already")]
            )
        known.update({name: tool for name, tool in made.items() if name not in known})
