"""The tool that changes parts of a file."""

from typing import Annotated

from pydantic import Field

from loom_core.contracts.tool import ToolContext
from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.workspace import displayed
from loom_tools.arguments import Arguments, Path
from loom_tools.content import ContentTool, PlannedChange
from loom_tools.diff import unified
from loom_tools.matching import NoMatch, find
from loom_tools.syntax import syntax_error
from loom_tools.text import decoded, encoded, shown

MAX_EDITS = 50

Old = Annotated[str, Field(min_length=1, max_length=100_000, description="text to replace")]
New = Annotated[str, Field(max_length=100_000, description="text to put there")]


class Edit(Arguments):
    """One replacement."""

    old_str: Old
    new_str: New


class EditFileArguments(Arguments):
    """Which file, and one replacement or several."""

    path: Path
    old_str: Old | None = None
    new_str: New | None = None
    edits: Annotated[
        list[Edit] | None,
        Field(min_length=1, max_length=MAX_EDITS, description="instead: several replacements"),
    ] = None


class EditFile(ContentTool[EditFileArguments]):
    """Replaces text in a file: all of a call's edits or none."""

    name = "edit_file"
    purpose = "Replace one piece of text in a file."
    arguments_model = EditFileArguments
    essential = ("path", "old_str", "new_str")
    existing = ("path",)
    timeout_seconds = 30.0

    def path_of(self, arguments: EditFileArguments) -> str:
        """The path as the model wrote it."""
        return arguments.path

    def planned(self, arguments: EditFileArguments, context: ToolContext) -> PlannedChange:
        """The file with every edit made; line ends stay as they are."""
        workspace = context.workspace
        path = workspace.writable(arguments.path)
        edits = _edits(arguments)
        before = workspace.sha256(path)
        text = decoded(workspace.read(path), path)
        has_returns = "\r\n" in text and text.count("\r\n") == text.count("\n")
        plain = text.replace("\r\n", "\n") if has_returns else text
        edited, notes = _edited(plain, edits, path)
        changes = unified(plain, edited)
        return PlannedChange(
            path=path,
            before=before,
            data=encoded(edited.replace("\n", "\r\n") if has_returns else edited),
            mode=workspace.permissions(path),
            text="\n".join(
                [f"Edited {displayed(path)}.", *notes, changes, *_broken(path, plain, edited)]
            ),
            preview=f"edit {displayed(path)}\n{changes}",
        )


def _edits(arguments: EditFileArguments) -> list[Edit]:
    """The replacements that are wanted, one way or the other."""
    single = arguments.old_str is not None or arguments.new_str is not None
    if arguments.edits and not single:
        return arguments.edits
    if arguments.edits or arguments.old_str is None or arguments.new_str is None:
        raise ToolFailed(
            "give old_str and new_str, or a list edits of such pairs, not both",
            ErrorCategory.VALIDATION,
        )
    return [Edit(old_str=arguments.old_str, new_str=arguments.new_str)]


def _edited(text: str, edits: list[Edit], path: str) -> tuple[str, list[str]]:
    """The text after every edit in order, and what is to be said of inexact places."""
    notes: list[str] = []
    for number, edit in enumerate(edits, start=1):
        label = f"edit {number}: " if len(edits) > 1 else ""
        old, new = (part.replace("\r\n", "\n") for part in (edit.old_str, edit.new_str))
        if old == new:
            raise _failed(path, label, "old_str and new_str are the same")
        found = find(text, old, new)
        if isinstance(found, NoMatch):
            raise _failed(path, label, shown(found.reason))
        if found.note:
            notes.append(f"{label}old_str was found {found.note}; check the diff.")
        text = text[: found.start] + found.replacement + text[found.end :]
    return text, notes


def _failed(path: str, label: str, reason: str) -> ToolFailed:
    """The failure of one edit, which undoes the others of its call."""
    return ToolFailed(
        f"{displayed(path)} was not changed: {label}{reason}", ErrorCategory.VALIDATION
    )


def _broken(path: str, before: str, after: str) -> list[str]:
    """A warning when the text parsed before and does not any more."""
    problem = syntax_error(path, shown(after))
    if not problem or syntax_error(path, shown(before)):
        return []
    return [f"Warning, after this edit the file does not parse any more: {problem}"]
