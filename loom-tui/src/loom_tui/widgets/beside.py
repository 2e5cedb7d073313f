"""Beside the conversation: the plan of a goal that runs, what the model has noted, and the files."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from pydantic import JsonValue
from rich.text import Text
from textual.widgets import DirectoryTree, Static

from loom_core import events as e
from loom_core.events import Event
from loom_core.sanitize import sanitize_line
from loom_core.types import Plan

_MARKS = {"pending": "○", "in_progress": "▸", "done": "✓", "completed": "✓", "cancelled": "✗"}
_ENDS: dict[type[e.EventBody], str] = {
    e.SubtaskStarted: "▸",
    e.SubtaskCompleted: "✓",
    e.SubtaskFailed: "✗",
    e.SubtaskBlocked: "✗",
    e.SubtaskStalled: "✗",
    e.SubtaskSkipped: "-",
    e.SubtaskParked: "?",
}


class Files(DirectoryTree):
    """The workspace's files, without what is hidden."""

    def __init__(self, root: Path) -> None:
        """Show this directory."""
        super().__init__(root, id="files")
        self.border_title = "files"

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """What is shown."""
        return [path for path in paths if not path.name.startswith(".")]


class PlanView(Static):
    """The plan of the goal that runs, each subtask with its state, below what it waits for."""

    def __init__(self) -> None:
        """No goal runs."""
        super().__init__(id="plan")
        self.border_title = "plan"
        self.display = False
        self._plan: Plan | None = None
        self._marks: dict[str, str] = {}

    def take(self, event: Event) -> None:
        """Take in an event of the goal's task."""
        if isinstance(event.body, e.PlanCreated | e.PlanReplaced):
            self._plan = event.body.plan
            self.display = True
        mark = _ENDS.get(type(event.body))
        if mark is not None and event.subtask_id:
            self._marks[event.subtask_id] = mark
        self.update(self._drawn())

    def _drawn(self) -> Text:
        """The plan as lines."""
        lines: list[str] = []
        depths: dict[str, int] = {}
        for one in self._plan.subtasks if self._plan else ():
            depths[one.id] = max((depths.get(name, 0) + 1 for name in one.depends_on), default=0)
            mark = self._marks.get(one.id, "○")
            lines.append(f"{'  ' * depths[one.id]}{mark} {sanitize_line(one.id)}")
        return Text("\n".join(lines))


class Tracker(Static):
    """What the model has noted that is to be done."""

    def __init__(self) -> None:
        """Nothing is noted."""
        super().__init__(id="tracker")
        self.border_title = "to do"
        self.display = False

    def take(self, kept: JsonValue) -> None:
        """Show what the task tracker keeps."""
        told = cast("dict[str, Any]", kept) if isinstance(kept, dict) else {}
        items = cast("list[dict[str, Any]]", told.get("items", []))
        lines = [
            f"{_MARKS.get(str(item.get('status')), '○')} {sanitize_line(str(item.get('content')))}"
            for item in items
        ]
        self.display = bool(lines)
        self.update(Text("\n".join(lines)))
