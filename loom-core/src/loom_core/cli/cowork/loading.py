"""Loads what a session needs before it is opened, for a face that takes keys meanwhile."""

from loom_core import extensions
from loom_core.extensions import Group
from loom_core.settings import Settings

_NEEDED = (Group.PLUGINS, Group.TOOLS, Group.TOOL_SOURCES, Group.CHECKS)
"""What every session loads."""


def load_parts(settings: Settings) -> None:
    """Import the parts that opening a session would import; called in a thread.

    What cannot be loaded is said when it is used.
    """
    disabled = settings.plugins.disabled
    for group in _NEEDED:
        extensions.load_all(group, disabled=disabled)
    providers = {model.provider for model in settings.models.values()}
    known = providers.intersection(extensions.names(Group.PROVIDERS, disabled=disabled))
    extensions.load_all(Group.PROVIDERS, known, disabled=disabled)
