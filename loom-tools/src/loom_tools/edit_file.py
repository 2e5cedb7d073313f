"""The tool that changes parts of a file."""

import hashlib
from typing import Annotated

from pydantic import Field

from loom_core.contracts.tool import ToolContext
from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.workspace import displayed
from loom_tools.arguments import Arguments, Path
from loom_tools.content import check_seen
from loom_tools.diff import unified
from loom_tools.encoding import decoded
from loom_tools.matching import NoMatch, find, line_numbers
from loom_tools.replacement import Replacement, ReplacingTool
from loom_tools.syntax import syntax_error
from loom_tools.text import counted, shown

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
    replace_all: Annotated[bool, Field(description="every place of old_str, not one")] = False
    edits: Annotated[
        list[Edit] | None,
        Field(min_length=1, max_length=MAX_EDITS, description="instead: several replacements"),
    ] = None


class EditFile(ReplacingTool[EditFileArguments]):
    """Replaces text in a file: all of a call's edits or none."""

    name = "edit_file"
    is_always_offered = True
    purpose = "Replace a piece of text in a file; replace_all: in every place."
    arguments_model = EditFileArguments
    essential = ("path", "old_str", "new_str")
    optional = ("replace_all",)
    existing = ("path",)
    reads_private = True
    untrusted_input = True

    def path_of(self, arguments: EditFileArguments) -> str:
        """The path as the model wrote it."""
        return arguments.path

    def planned(self, arguments: EditFileArguments, context: ToolContext) -> Replacement:
        """The file with every edit made; line ends stay as they are."""
        workspace = context.workspace
        path = workspace.writable(arguments.path)
        edits = _edits(arguments)
        data = workspace.read(path)
        before = hashlib.sha256(data).hexdigest()
        check_seen(path, before, context, must_be_read=False)
        file = decoded(data, path)
        text = file.text
        has_returns = "\r\n" in text and text.count("\r\n") == text.count("\n")
        plain = text.replace("\r\n", "\n") if has_returns else text
        edited, notes = _edited(plain, edits, path, replace_all=arguments.replace_all)
        changes = unified(plain, edited)
        return Replacement(
            path=path,
            before=before,
            data=file.encoded(edited.replace("\n", "\r\n") if has_returns else edited),
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
    if not arguments.edits and arguments.new_str is None and single:
        raise ToolFailed(
            'new_str is missing; to take old_str out, give "" as new_str', ErrorCategory.VALIDATION
        )
    if arguments.edits or arguments.old_str is None or arguments.new_str is None:
        raise ToolFailed(
            "give old_str and new_str, or a list edits of such pairs, not both",
            ErrorCategory.VALIDATION,
        )
    return [Edit(old_str=arguments.old_str, new_str=arguments.new_str)]


def _edited(text: str, edits: list[Edit], path: str, *, replace_all: bool) -> tuple[str, list[str]]:
    """The text after every edit in order, and what is to be said of inexact or several places."""
    notes: list[str] = []
    for number, edit in enumerate(edits, start=1):
        label = f"edit {number}: " if len(edits) > 1 else ""
        old, new = (part.replace("\r\n", "\n") for part in (edit.old_str, edit.new_str))
        if old == new:
            raise _failed(path, label, "old_str and new_str are the same")
        if replace_all and (count := text.count(old)) > 1:
            lines = ", ".join(str(line) for line in line_numbers(text, old))
            notes.append(f"{label}replaced in {counted(count, 'place')} (lines {lines}).")
            text = text.replace(old, new)
            continue
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
