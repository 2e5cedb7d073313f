"""What ``loom run`` was asked for, checked before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from loom_core.errors import UsageError, WorkspaceError
from loom_core.types import ApprovalMode
from loom_core.workspace import Workspace

MAX_GOAL_CHARACTERS = 100_000
"""The longest goal; what is longer belongs into a file of the workspace."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """A new goal, or an earlier task to go on with."""

    goal: str = ""
    workspace: Path | None = None
    """None is the current directory."""
    context: str = ""
    approval_mode: ApprovalMode | None = None
    """None is what the settings say."""
    resume: str = ""
    """Reference of the task to resume; empty runs the goal."""
    idempotency_key: str = ""
    """Makes one task however often it comes; empty makes a new one."""

    def check(self) -> None:
        """Raise ``UsageError`` for what cannot be run."""
        if self.resume:
            self._check_resume()
            return
        if not self.goal.strip():
            raise UsageError('there is no goal; say what to do: loom run "Create hello.py" -w demo')
        if len(self.goal) > MAX_GOAL_CHARACTERS:
            raise UsageError(
                f"the goal has {len(self.goal):,} characters and {MAX_GOAL_CHARACTERS:,} is the "
                "most; put the details into a file of the workspace"
            )
        _check_text("goal", self.goal)
        _check_text("--context", self.context)
        _check_text("--idempotency-key", self.idempotency_key)

    def _check_resume(self) -> None:
        given: Mapping[str, object] = {
            "a goal": self.goal,
            "--workspace": self.workspace,
            "--context": self.context,
            "--approval": self.approval_mode,
            "--idempotency-key": self.idempotency_key,
        }
        for name, value in given.items():
            if value:
                raise UsageError(
                    f"--resume goes on with the task as it was asked for, so {name} cannot be "
                    "given too; leave one of them out"
                )


def prepare_workspace(path: Path | None) -> tuple[Path, bool]:
    """The directory to work in, and whether it was made just now.

    Raises:
        WorkspaceError: it or its parent is missing, it is no directory or not writable.
    """
    directory = Path.cwd() if path is None else path.expanduser()
    is_new = not directory.exists() and not directory.is_symlink()
    if is_new:
        _make(directory)
    Workspace(directory)
    return directory.resolve(), is_new


def _make(directory: Path) -> None:
    if not directory.parent.is_dir():
        raise WorkspaceError(
            f"the workspace {str(directory)!r} cannot be made because {str(directory.parent)!r} is "
            f"no directory; make it first: mkdir -p {directory.parent}"
        )
    try:
        directory.mkdir()
    except OSError as error:
        raise WorkspaceError(
            f"the workspace {str(directory)!r} cannot be made: {error.strerror}; name a directory "
            "that you may write"
        ) from error


def _check_text(name: str, text: str) -> None:
    """Refuse bytes of the command line that are no text: nothing could store them."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UsageError(
            f"the {name} is not valid UTF-8 at character {error.start + 1}; type it again"
        ) from error
