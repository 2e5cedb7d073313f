"""Every error that Loom raises on purpose.

A message says what happened, to which thing, and what to do next::

    LoomError
    ├── UsageError                 the caller asked for something that cannot be
    │   ├── SettingsError          a settings file, variable or flag is wrong
    │   ├── UntrustedSettings      a project file sets what only its trusted owner may set
    │   ├── WorkspaceError         the workspace is missing, not a directory or not writable
    │   ├── UnknownTask            no task has that id
    │   ├── AlreadyAnswered        somebody else has said yes, no or more to that before
    │   └── UnknownEntry           no entry of memory, or no lesson, has that id
    ├── PluginError                a distribution cannot be loaded or breaks the rules of hooks
    │   └── ExtensionNotFound      no distribution registers that name in that group
    ├── PlanRejected               a plan is not valid; carries the problems
    ├── ToolFailed                 a tool call failed in a way the model can correct
    ├── PathRefused                a path leaves the workspace or is not a plain file
    ├── AddressRefused             a URL or network address that must not be reached
    ├── ConflictFound              a file is not as it was when Loom last saw it
    ├── BudgetSpent                a task has used what it was given; it can be resumed with more
    ├── WaitsForHuman              a subtask stops where it stands until a human has answered
    ├── DiskFull                   a tool found no space left; the task pauses and can be resumed
    ├── SandboxUnavailable         no sandbox works here and the action needs one
    ├── StoreError                 the database cannot be opened, read or written
    │   ├── StoreBusy              another process holds the database
    │   ├── StaleFence             another engine has taken the task over
    │   ├── TaskIsOver             a task has ended and its state never changes again
    │   └── SubtaskIsOver          a subtask is completed or skipped and only a new plan changes it
    └── ModelError                 a call of a model did not give an answer
        ├── ModelUnreachable       nothing answers at that address
        ├── ModelNotFound          the server does not have that model
        ├── ModelUnauthorized      the server refused the key
        ├── ModelOverloaded        try again later; carries retry_after_seconds
        │   └── ModelLoading       the server is up and still loads the model
        ├── ModelNotLoaded         the server cannot load the model: memory, or a broken file
        ├── ModelTimeout           connected, but nothing came within the limit
        ├── ContextExceeded        the prompt is larger than the loaded window
        ├── ModelRefused           the model, or a filter before it, will not answer this
        ├── ConversationLost       the model of a conversation is gone and no other can go on with it
        ├── BadOutput              the server or its parser could not make sense of the answer
        ├── RequestRejected        the server refused the request as malformed
        └── ModelUnavailable       the embedded model cannot be had (offline, disk, hash)

Cancelling is not an error: it is ``asyncio.CancelledError``.
"""

from collections.abc import Sequence
from enum import StrEnum


class ErrorCategory(StrEnum):
    """What kind of thing went wrong; the retry's hint depends on it."""

    SYNTAX = "syntax"
    NOT_FOUND = "not_found"
    PERMISSION = "permission"
    SAFETY = "safety"
    TIMEOUT = "timeout"
    TOOL = "tool"
    VALIDATION = "validation"
    MODEL = "model"
    RUNTIME = "runtime"
    UNKNOWN = "unknown"


class LoomError(Exception):
    """Anything that Loom raises on purpose; its text is fit to be shown to the user."""


class UsageError(LoomError):
    """The caller asked for something that cannot be; nothing was started."""


class SettingsError(UsageError):
    """A settings file, environment variable or flag is wrong; says which key of which source."""


class UntrustedSettings(SettingsError):
    """A project's settings file sets keys that only a file trusted by the user may set."""


class WorkspaceError(UsageError):
    """The workspace is missing, not a directory or not writable."""


class AlreadyAnswered(UsageError):
    """Somebody else answered an approval or a question first."""


class UnknownTask(UsageError):
    """No task in the database has that id."""


class UnknownEntry(UsageError):
    """No entry of memory, or no lesson, has that id."""


class PluginError(LoomError):
    """A distribution cannot be loaded or breaks the rules of hooks; names the distribution."""


class ExtensionNotFound(PluginError):
    """No installed distribution registers that name in that entry-point group."""


class PlanRejected(LoomError):
    """A plan is not valid."""

    def __init__(self, problems: Sequence[str]) -> None:
        """Keep the problems, each one sentence that a model can act on."""
        super().__init__("the plan is not valid: " + "; ".join(problems))
        self.problems = list(problems)


class ToolFailed(LoomError):
    """A tool call failed in a way the model can correct; the text is what the model reads."""

    def __init__(self, message: str, category: ErrorCategory = ErrorCategory.TOOL) -> None:
        """Keep the category, which decides the hint of a retry."""
        super().__init__(message)
        self.category = category


class PathRefused(LoomError):
    """A path leaves the workspace, or names something that is not a plain file or directory."""


class AddressRefused(LoomError):
    """A URL is malformed or forbidden, or a host has an address that must not be reached."""


class ConflictFound(LoomError):
    """A file is not as it was when Loom last saw it, so that acting would lose somebody's work."""


class BudgetSpent(LoomError):
    """A task has used up the tokens, calls or time that it was given; it can be resumed with more."""


class WaitsForHuman(LoomError):
    """A subtask stops where it stands until a human has answered; tools let it through."""


class DiskFull(LoomError):
    """A tool found no space left on a disk; the call is made again once the task is resumed."""


class SandboxUnavailable(LoomError):
    """No sandbox works on this machine and the action needs one."""


class StoreError(LoomError):
    """The database cannot be opened, read or written."""


class StoreBusy(StoreError):
    """Another process holds the database for longer than the limit."""


class StaleFence(StoreError):
    """Another engine has taken the task over; what this one wrote was not accepted."""


class TaskIsOver(StoreError):
    """A task has ended, and what was to be written would have changed how."""


class SubtaskIsOver(StoreError):
    """A subtask is completed or skipped, and what was to be written would have changed that."""


class ModelError(LoomError):
    """A call of a model did not give an answer."""


class ModelUnreachable(ModelError):
    """Nothing answers at the model's address, or the connection broke."""


class ModelNotFound(ModelError):
    """The server answers but does not have the model."""


class ModelUnauthorized(ModelError):
    """The server refused the key or asks for one."""


class ModelOverloaded(ModelError):
    """The server is busy or still loading."""

    def __init__(self, message: str, *, retry_after_seconds: float | None = None) -> None:
        """Keep how long the server asks to wait; None when it did not say."""
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ModelLoading(ModelOverloaded):
    """The server is up and still loads the model, which may take minutes."""


class ModelNotLoaded(ModelError):
    """The server cannot load the model: too little memory, or a file it does not understand."""


class ModelTimeout(ModelError):
    """The server accepted the request but nothing came within the limit."""


class ContextExceeded(ModelError):
    """The prompt does not fit into the window that the server has loaded."""


class ModelRefused(ModelError):
    """The model, or a filter around it, will not answer this; nothing of its answer is used."""


class ConversationLost(ModelError):
    """The model of a conversation is gone and no other of its role can go on in the middle of it."""


class BadOutput(ModelError):
    """The server, or its own parser, could not make sense of what the model wrote."""


class RequestRejected(ModelError):
    """The server refused the request as malformed (HTTP 400, 422)."""


class ModelUnavailable(ModelError):
    """The embedded model cannot be had: no source reachable, no space, wrong hash, or offline."""
