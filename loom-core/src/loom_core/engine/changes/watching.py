"""Finding what a call changed in the workspace when the tool itself cannot know, as of a command.

The workspace is looked at before the call, and that look is kept on disk until the result is journalled:
whoever comes after a crash compares with it. Such calls of one workspace run one after the other, also
those of parallel subtasks: only then is what differs after a call its own doing.
"""

import asyncio
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from loom_core.contracts.tool import RecoveryClass, Risk, Tool
from loom_core.types import FileChange, ToolResult
from loom_core.workspace import Snapshot, Workspace, displayed, is_in_git
from loom_core.workspace.attribution import beyond

CallKey = tuple[str, str, int, int]
"""Task, subtask, attempt and step of a call."""

_KNOWN_EFFECTS = {RecoveryClass.PURE, RecoveryClass.CONTENT}
_NAMED_CHANGES = 20
_NAMED_UNKEPT = 20

_turns: WeakKeyDictionary[Workspace, asyncio.Lock] = WeakKeyDictionary()

_said_to_be_unkept: WeakKeyDictionary[Workspace, set[str]] = WeakKeyDictionary()


def is_watched(tool: Tool[Any], recovery: RecoveryClass) -> bool:
    """Whether a call of a tool, with its own recovery class, can change files unknown to the tool."""
    return tool.risk is not Risk.READ and recovery not in _KNOWN_EFFECTS


def turn_of(workspace: Workspace) -> asyncio.Lock:
    """Held by the one watched call of a workspace that runs."""
    return _turns.setdefault(workspace, asyncio.Lock())


class Watch:
    """One call under observation, from before its intent until its result is journalled."""

    def __init__(self, workspace: Workspace, key: CallKey, *, is_command: bool) -> None:
        """Know the call; nothing is looked at yet.

        Args:
            workspace: where it runs.
            key: what the look is kept under.
            is_command: whether what changes is marked as a command's doing.
        """
        self._workspace = workspace
        self._key = key
        self._is_command = is_command
        self.before: Snapshot | None = None
        """The look; None before there is one."""
        self.unkept: tuple[str, ...] = ()
        """Files that could not be restored if the call changed them; each is said once."""

    async def begin(self) -> None:
        """Look at the workspace and keep that. Raises ``OSError`` when it cannot be kept."""
        self.before = await asyncio.to_thread(self._look)
        said = _said_to_be_unkept.setdefault(self._workspace, set())
        new = [path for path in self.before.unkept if path not in said]
        said.update(new)
        self.unkept = tuple(new[:_NAMED_UNKEPT])

    async def take_up(self) -> bool:
        """Go on with the look that a process before a crash kept; False when there is none."""
        self.before = await asyncio.to_thread(self._workspace.kept, self._key)
        return self.before is not None

    async def found(self, by_others: Sequence[FileChange] = ()) -> list[FileChange]:
        """What differs now, less what others are known to have changed; none without a look."""
        if self.before is None:
            return []
        changes = await asyncio.to_thread(self._workspace.changes_since, self.before)
        own = beyond(changes, by_others, self._workspace.blobs)
        return [change.model_copy(update={"by_command": self._is_command}) for change in own]

    def told(self, result: ToolResult, found: Sequence[FileChange]) -> ToolResult:
        """A result with the changes that its tool did not report, which the model is told of too."""
        reported = {(change.path, change.kind, change.after) for change in result.changes}
        missed = [one for one in found if (one.path, one.kind, one.after) not in reported]
        lines = named(missed)
        if self.before is not None and not self.before.is_complete:
            lines.append("[the workspace has too many files: not every change was noticed]")
        text = "\n".join([result.text, *lines])
        return result.model_copy(update={"text": text, "changes": (*result.changes, *missed)})

    async def end(self) -> None:
        """Keep the look no longer: what it was for is in the database."""
        await asyncio.to_thread(self._workspace.forget, self._key)

    def _look(self) -> Snapshot:
        """Take and keep a snapshot."""
        snapshot = self._workspace.snapshot()
        self._workspace.keep(snapshot, self._key)
        return snapshot


def named(changes: Sequence[FileChange]) -> list[str]:
    """A line that names what changed; none when nothing did. Git's own records are not named."""
    shown = [change for change in changes if not is_in_git(change.path)]
    if not shown:
        return []
    names = [f"{displayed(change.path)} ({change.kind})" for change in shown[:_NAMED_CHANGES]]
    more = len(shown) - len(names)
    return ["Files: " + ", ".join(names) + (f" and {more} more" if more else "")]
