"""What the user allows the clients of one server: where they may work, and what they may answer."""

from dataclasses import dataclass
from pathlib import Path

from loom_core.desk import TaskInShort
from loom_core.errors import UnknownTask, WorkspaceError


@dataclass(frozen=True, slots=True)
class Rules:
    """The bounds of a server."""

    roots: tuple[Path, ...]
    """Directories, resolved: tasks work in one of them, or below. The first is the default."""
    client_may_approve: bool = False
    """Whether gated steps are put to the client, which might answer them by itself."""

    def place(self, wanted: str) -> Path:
        """The directory that a client wants to work in.

        Raises:
            WorkspaceError: it is no path, or outside of what the user opened.
        """
        try:
            place = (self.roots[0] / Path(wanted).expanduser()).resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise WorkspaceError(f"the workspace {wanted!r} is no directory: {error}") from error
        if not self._is_inside(place):
            opened = ", ".join(map(str, self.roots))
            raise WorkspaceError(
                f"the workspace {str(place)!r} is outside of {opened}; name a directory in there, or have "
                "the user start loom mcp-serve with -w DIR"
            )
        return place

    def check_visible(self, task: TaskInShort) -> TaskInShort:
        """The task, if it works where clients may. Raises ``UnknownTask``, as if it were not there."""
        if not self.shows(task):
            raise UnknownTask(f"there is no task {task.id!r} in the directories of this server")
        return task

    def shows(self, task: TaskInShort) -> bool:
        """Whether clients may know of a task."""
        return self._is_inside(Path(task.workspace))

    def _is_inside(self, place: Path) -> bool:
        """Whether a directory is one of the roots, or below one."""
        return any(place.is_relative_to(root) for root in self.roots)
