"""A tool call in a few words."""

from collections.abc import Mapping

from pydantic import JsonValue

from loom_core.cli.terminal.width import fit_width
from loom_core.sanitize import sanitize_line

_PREVIEW_COLUMNS = 60


def preview_call(tool: str, arguments: Mapping[str, JsonValue]) -> str:
    """The tool's name and its first argument, which says what it works on, on one short line."""
    first = next(iter(arguments.values()), "")
    text = sanitize_line(first if isinstance(first, str) else str(first))
    return f"{sanitize_line(tool)} {fit_width(text, _PREVIEW_COLUMNS)}".rstrip()
