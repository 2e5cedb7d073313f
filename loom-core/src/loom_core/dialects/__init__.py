"""Action dialects: how a model writes what it wants done, and how that is read."""

from loom_core.dialects.action import (
    Action,
    Blocked,
    Complete,
    Decoded,
    Malformed,
    ToolAction,
    ToolChosen,
)
from loom_core.dialects.arguments import ArgumentsRejected, validate_arguments
from loom_core.dialects.dialect import ActionResult, Dialect
from loom_core.dialects.json_action import JsonActionDialect
from loom_core.dialects.json_text import first_object
from loom_core.dialects.native import NativeDialect
from loom_core.dialects.reply_form import ReplyForm
from loom_core.dialects.text_blocks import TextBlocksDialect
from loom_core.dialects.two_stage import TwoStageDialect

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (NativeDialect(), JsonActionDialect(), TwoStageDialect(), TextBlocksDialect())
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
    "ReplyForm",
    "TextBlocksDialect",
    "ToolAction",
    "ToolChosen",
    "TwoStageDialect",
    "first_object",
    "validate_arguments",
]
