"""What came out: tool results, a subtask's outcome and the verdict on it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, JsonValue

from loom_core.errors import ErrorCategory
from loom_core.types.frozen import Frozen
from loom_core.types.message import Image, Usage


class ChangeKind(StrEnum):
    """What happened to a workspace file."""

    CREATED = "created"
    MODIFIED = "modified"
    DELETED = "deleted"


class FileType(StrEnum):
    """What is at a path of a workspace."""

    FILE = "file"
    SYMLINK = "symlink"
    """Its content is the path that it leads to."""
    DIRECTORY = "directory"
    """It has no content of its own: what it holds are other paths."""
    PIPE = "pipe"
    SOCKET = "socket"
    """Both are names by which programs meet, with nothing in them."""

    @property
    def has_content(self) -> bool:
        """Whether it holds bytes that could be lost."""
        return self in {FileType.FILE, FileType.SYMLINK}


class FileChange(Frozen):
    """One path of the workspace before and after an action.

    A file that became a directory or a symbolic link is two changes: one is deleted, one is created.
    """

    path: str
    """Relative to the workspace, with forward slashes."""
    kind: ChangeKind
    before: str = ""
    """SHA-256 of the content before, in hex; empty when the file was not there."""
    after: str = ""
    """SHA-256 of the content after, in hex; empty when the file is gone."""
    mode: int = 0
    """Permission bits before the change; 0 when the file was not there."""
    is_recoverable: bool = True
    """False when the content before was too large to keep, so that undo cannot restore it."""
    by_command: bool = False
    """True when a command made it, not a model that wrote the content out by itself."""
    type: FileType = FileType.FILE
    mode_after: int = 0
    """Permission bits after the change; 0 when the file is gone or nobody looked."""
    parents_made: int = 0
    """How many of the directories above it were made for it."""

    @property
    def is_of_file(self) -> bool:
        """Whether it is of a file that a person may look into, not of git's own records."""
        return self.type is FileType.FILE and ".git" not in self.path.split("/")


class ToolResult(Frozen):
    """What a tool call gave; text is what the model reads."""

    text: str
    is_error: bool = False
    category: ErrorCategory | None = None
    """Set exactly when it is an error."""
    changes: tuple[FileChange, ...] = ()
    facts: dict[str, JsonValue] = {}
    """Small machine-readable facts, such as an exit code or the hash of a file that was read."""
    images: tuple[Image, ...] = ()
    """Pictures that belong to the text; a model that does not see is told so instead."""


class ToolRecord(Frozen):
    """One tool call of an attempt in short, for verdicts and reports."""

    tool: str
    arguments: dict[str, JsonValue]
    is_error: bool
    category: ErrorCategory | None = None
    risk: str = ""
    """What the tool can do: read, write, execute or network; empty when there is no such tool."""
    is_in_doubt: bool = False
    """True when a crash interrupted it, so that nobody knows whether it ran."""
    was_recovered: bool = False
    """True when a later call made up for the failure, or it was only a probe."""


class OutcomeStatus(StrEnum):
    """How an attempt ended, as the harness saw it."""

    COMPLETED = "completed"
    BLOCKED = "blocked"
    STALLED = "stalled"
    FAILED = "failed"


class FailureKind(StrEnum):
    """Why an attempt failed; each has its own remedy (product: recover)."""

    PROTOCOL = "protocol"
    CAPABILITY = "capability"
    PLAN = "plan"
    ENVIRONMENT = "environment"


class VerdictStatus(StrEnum):
    """Unverified is not a pass."""

    PASSED = "passed"
    FAILED = "failed"
    UNVERIFIED = "unverified"


class Proposal(Frozen):
    """What a next attempt may try before it asks a model: others agree on what it does."""

    target: str
    """The file that the subtask wants, relative to the workspace."""
    content: str
    is_program: bool = False
    """Whether the content is a Python program that makes the file, and not the file itself."""


class Evidence(Frozen):
    """One thing a verifier looked at and what it saw."""

    check: str
    """What was checked, readable by a person: ``file_exists hello.py``."""
    status: VerdictStatus
    detail: str = ""
    shows_content: bool = True
    """False when the detail tells nothing of what files or outputs hold, beside names."""
    observed: str = ""
    """SHA-256 in hex of the result or behaviour that was judged, by which a later attempt at the same is
    known; empty where nothing like that was judged."""
    proposal: Proposal | None = None
    """What others agree on instead."""


class Outcome(Frozen):
    """What the runner returns for one attempt. Completed is the model's claim, not yet a fact."""

    status: OutcomeStatus
    summary: str = ""
    evidence: tuple[str, ...] = ()
    """What the model cites for its claim."""
    reason: str = ""
    """Why it is blocked, stalled or failed; empty when completed."""
    failure: FailureKind | None = None
    category: ErrorCategory | None = None
    tool_records: tuple[ToolRecord, ...] = ()
    changes: tuple[FileChange, ...] = ()
    usage: Usage = Usage()
    checked: tuple[Evidence, ...] = ()
    """What the subtask's checks saw when the attempt ran them last."""


class Verdict(Frozen):
    """What a verifier says of an outcome."""

    status: VerdictStatus
    verifier: str
    """Entry-point name of the verifier that said it."""
    tier: Annotated[int, Field(ge=1, le=3)] = 1
    confidence: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    evidence: tuple[Evidence, ...] = ()
    feedback: str = ""
    """What the next attempt should be told."""
    tier_confidence: dict[int, float] = {}
    """Confidence by tier, 0 to 1 each, once the verdicts on an outcome were merged."""
    notes: tuple[str, ...] = ()
    """What was not looked at, and why, where that does not change the status."""
