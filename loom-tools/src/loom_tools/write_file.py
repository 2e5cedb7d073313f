"""The tool that makes a file or replaces all of it."""

import hashlib
from typing import Annotated

from pydantic import Field

from loom_core.contracts.tool import ToolContext
from loom_core.workspace import displayed
from loom_tools.arguments import Arguments, Path
from loom_tools.content import check_seen
from loom_tools.diff import unified
from loom_tools.replacement import Replacement, ReplacingTool
from loom_tools.syntax import syntax_error
from loom_tools.text import counted, split_lines

MAX_CONTENT_CHARACTERS = 1_000_000


class WriteFileArguments(Arguments):
    """Which file, and everything it shall hold."""

    path: Path
    content: Annotated[str, Field(max_length=MAX_CONTENT_CHARACTERS, description="the whole file")]


class WriteFile(ReplacingTool[WriteFileArguments]):
    """Writes whole files."""

    name = "write_file"
    is_always_offered = True
    purpose = "Create a file, or replace all of a file you have read."
    arguments_model = WriteFileArguments
    essential = ("path", "content")

    def path_of(self, arguments: WriteFileArguments) -> str:
        """The path as the model wrote it."""
        return arguments.path

    def planned(self, arguments: WriteFileArguments, context: ToolContext) -> Replacement:
        """The new content, unless it would replace what this subtask has not seen."""
        workspace = context.workspace
        path = workspace.writable(arguments.path)
        data = arguments.content.encode()
        old = workspace.read(path) if workspace.exists(path) else None
        before = "" if old is None else hashlib.sha256(old).hexdigest()
        if old and old != data:
            check_seen(path, before, context)
        return Replacement(
            path=path,
            before=before,
            data=data,
            mode=workspace.permissions(path),
            text=_said(path, old, arguments.content),
            preview=_preview(path, old, arguments.content),
            parents_made=workspace.missing_parents(path),
        )


def _said(path: str, old: bytes | None, content: str) -> str:
    """What the model reads when it is done."""
    size = f"{counted(len(split_lines(content)), 'line')}, {counted(len(content.encode()), 'byte')}"
    if old is None:
        text = f"Created {displayed(path)} ({size})."
    elif old == content.encode():
        text = f"{displayed(path)} already has exactly this content ({size}); nothing was changed."
    else:
        text = f"Replaced the content of {displayed(path)} ({size})."
    problem = syntax_error(path, content)
    return f"{text}\nWarning, this does not parse: {problem}" if problem else text


def _preview(path: str, old: bytes | None, content: str) -> str:
    """The diff against what is there, for a person."""
    before = (old or b"").decode("utf-8", "surrogateescape")
    verb = "create" if old is None else "replace"
    return f"{verb} {displayed(path)}\n{unified(before, content)}"
