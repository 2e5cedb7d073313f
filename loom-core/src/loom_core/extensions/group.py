"""The kinds of named parts."""

from enum import StrEnum


class Group(StrEnum):
    """An entry-point group; what its values are and when they are loaded."""

    PLUGINS = "loom.plugins"
    """Modules or objects with hook implementations; loaded when a Loom is built."""
    PROVIDERS = "loom.providers"
    """Subclasses of ``Provider``; loaded on first use of a model that names it."""
    TOOLS = "loom.tools"
    """Subclasses of ``Tool``; loaded when a session starts, enabled ones only."""
    TOOL_SOURCES = "loom.tool_sources"
    """Subclasses of ``ToolSource``; made when a session starts, and asked for tools."""
    VERIFIERS = "loom.verifiers"
    """Subclasses of ``Verifier``; loaded on first verification."""
    CHECKS = "loom.checks"
    """Subclasses of ``Check``; loaded on first use."""
    EXECUTORS = "loom.executors"
    """Where subtasks run; reserved, nothing loads it in this version."""
    DESKS = "loom.desks"
    """Functions that open a ``Desk`` at a server; ``http`` is loaded when ``--server`` is given."""
    COMMANDS = "loom.commands"
    """click commands; loaded when invoked."""
