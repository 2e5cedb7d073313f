"""What brings tools that are known only at run time; registered by name in ``loom.tool_sources``."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from loom_core.contracts.provider import ProviderEnvironment
from loom_core.contracts.tool import Tool
from loom_core.settings.shape import Settings


class ToolSource(ABC):
    """Makes tools out of the settings, such as those by which other programs are used.

    Made once for a Loom, before its first task, on the event loop; ``close`` is awaited at its end. The
    tools are like all others: approved, journalled, limited in time and labelled by what they say of
    themselves.
    """

    def __init__(self, settings: Settings, environment: ProviderEnvironment) -> None:
        """Keep the settings. Nothing is started or connected before a tool is called."""
        self.settings = settings
        self.environment = environment

    @abstractmethod
    def tools(self) -> Sequence[Tool[Any]]:
        """The tools, the same at every call; none where nothing is configured, so that prompts stay small.

        Raises ``SettingsError`` for settings that are wrong; then nothing runs.
        """

    async def close(self) -> None:
        """Stop whatever the tools started."""
        return
