"""What the arguments of every tool have in common."""

import shlex
from typing import Annotated, Any, cast

from pydantic import BaseModel, ConfigDict, Field, model_validator

Path = Annotated[str, Field(min_length=1, max_length=1000)]
"""A path in the workspace, as a model writes it."""

_OTHER_NAMES = {
    "path": ("file_path", "filepath", "filename", "file"),
    "content": ("text", "file_text"),
    "old_str": ("old_string", "old_text", "old"),
    "new_str": ("new_string", "new_text", "new"),
    "source": ("src", "from", "old_path", "path"),
    "destination": ("dest", "dst", "to", "target", "new_path"),
    "line_start": ("start_line", "start"),
    "line_end": ("end_line", "end"),
    "command": ("cmd",),
    "timeout_seconds": ("timeout",),
    "args": ("command", "arguments"),
    "query": ("q",),
}
"""Names that models know from other tools, too far from ours to be taken for misspelt."""


def as_command_line(given: object) -> object:
    """A command line as one text, where a model gave a list of its words."""
    if not isinstance(given, list):
        return given
    words = cast("list[object]", given)
    return shlex.join(str(word) for word in words)


class Arguments(BaseModel):
    """Arguments of a call; an unknown one is an error, so that a misspelt name is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _with_our_names(cls, given: Any) -> Any:
        """The arguments under our names, where a model wrote one that it knows from elsewhere."""
        if not isinstance(given, dict):
            return given
        named = cast("dict[str, Any]", given)
        for name in cls.model_fields.keys() - named.keys():
            other = next((other for other in _OTHER_NAMES.get(name, ()) if other in named), None)
            if other is not None and other not in cls.model_fields:
                named = {(name if key == other else key): value for key, value in named.items()}
        return named
