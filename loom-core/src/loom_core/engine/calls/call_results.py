"""What becomes of a tool call, in the form in which the model reads it and the journal keeps it."""

import logging
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from loom_core.engine.changes.watching import named
from loom_core.errors import (
    ConflictFound,
    ErrorCategory,
    PathRefused,
    SandboxUnavailable,
    ToolFailed,
)
from loom_core.events import EventBody, StepInDoubt, ToolCallDenied, ToolCallFinished
from loom_core.surrogates import replace_surrogates, replace_surrogates_in
from loom_core.types import FileChange, ToolRecord, ToolResult
from loom_core.workspace import BlobStore
from loom_core.workspace.pictures import show_pictures

_log = logging.getLogger(__name__)

IN_DOUBT = "in_doubt"
"""Name of the fact that nobody knows whether a call ran, or how far."""

_CATEGORIES: tuple[tuple[type[Exception], ErrorCategory], ...] = (
    (PathRefused, ErrorCategory.PERMISSION),
    (ConflictFound, ErrorCategory.VALIDATION),
    (SandboxUnavailable, ErrorCategory.SAFETY),
    (FileNotFoundError, ErrorCategory.NOT_FOUND),
    (PermissionError, ErrorCategory.PERMISSION),
    (TimeoutError, ErrorCategory.TIMEOUT),
    (OSError, ErrorCategory.TOOL),
)


def storable(result: ToolResult) -> ToolResult:
    """The result without halves of characters, which come from names of files that are no text."""
    cleaned = {
        "text": replace_surrogates(result.text),
        "facts": replace_surrogates_in(result.facts),
        "changes": storable_changes(result.changes),
    }
    return result.model_copy(update=cleaned)


def storable_changes(changes: Sequence[FileChange]) -> tuple[FileChange, ...]:
    """Changes without halves of characters in their paths."""
    return tuple(
        change.model_copy(update={"path": replace_surrogates(change.path)}) for change in changes
    )


def error_result(text: str, category: ErrorCategory) -> ToolResult:
    """An error as the model reads it."""
    return ToolResult(text=f"Error: {text}", is_error=True, category=category)


def denied_result(denied: ToolCallDenied) -> ToolResult:
    """What the model is told of a refused call."""
    reason = denied.reason or "not approved"
    text = f"{denied.tool} was not run: {reason}. Reach the goal another way, or call blocked."
    return error_result(text, ErrorCategory.PERMISSION)


def in_doubt_result(doubt: StepInDoubt) -> ToolResult:
    """What the model is told of a call of which nobody knows whether it ran."""
    text = f"{doubt.tool} was interrupted by a crash; it may have run or not. Look before you act again."
    said = error_result("\n".join([text, *named(doubt.changes)]), ErrorCategory.RUNTIME)
    return said.model_copy(update={"facts": {IN_DOUBT: True}, "changes": doubt.changes})


def error_of(tool: str, error: Exception) -> ToolResult:
    """An exception as the model reads it; one that nobody expected is logged with its traceback."""
    if isinstance(error, ToolFailed):
        return error_result(str(error), error.category)
    for kind, category in _CATEGORIES:
        if isinstance(error, kind):
            return error_result(str(error), category)
    _log.warning("tool %s failed unexpectedly", tool, exc_info=error)
    return error_result(f"{type(error).__name__}: {error}", ErrorCategory.RUNTIME)


def with_pictures(result: ToolResult, blobs: BlobStore | None) -> ToolResult:
    """The result as a model is to see it, with the pictures that the journal keeps apart."""
    text, images = show_pictures(result.text, result.images, blobs)
    return result.model_copy(update={"text": text, "images": images})


def record_of(
    tool: str, arguments: Mapping[str, JsonValue], result: ToolResult, *, risk: str
) -> ToolRecord:
    """A call in short, for verdicts and reports; its risk is empty when there is no such tool."""
    return ToolRecord(
        tool=tool,
        arguments=dict(arguments),
        is_error=result.is_error,
        category=result.category,
        is_in_doubt=bool(result.facts.get(IN_DOUBT)),
        risk=risk,
    )


def result_of(recorded: EventBody | None) -> ToolResult | None:
    """The result that a record of a tool call stands for; None when it is none of a finished call."""
    if isinstance(recorded, ToolCallFinished):
        return recorded.result
    if isinstance(recorded, ToolCallDenied):
        return denied_result(recorded)
    if isinstance(recorded, StepInDoubt):
        return in_doubt_result(recorded)
    return None
