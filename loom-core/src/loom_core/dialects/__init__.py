"""Action dialects: how a model writes what it wants done, and how that is read."""

from loom_core.dialects.action import Action, Blocked, Complete, Decoded, Malformed, ToolAction
from loom_core.dialects.arguments import ArgumentsRejected, validate_arguments
from loom_core.dialects.dialect import ActionResult, Dialect
from loom_core.dialects.json_action import JsonActionDialect
from loom_core.dialects.json_text import first_object
from loom_core.dialects.native import NativeDialect

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect for dialect in (NativeDialect(), JsonActionDialect())
}
"""Every dialect by its name in the settings."""

__all__ = [
    "DIALECTS",
    "Action",
    "ActionResult",
    "ArgumentsRejected",
    "Blocked",
    "Complete",
    "Decoded",
    "Dialect",
    "JsonActionDialect",
    "Malformed",
    "NativeDialect",
    "ToolAction",
    "first_object",
    "validate_arguments",
]
