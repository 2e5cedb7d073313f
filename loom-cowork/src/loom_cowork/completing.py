"""Completion while typing: slash commands at the beginning, files of the workspace after ``@``."""

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

if TYPE_CHECKING:
    from loom_core.workspace import Workspace

_MOST_FILES = 5000
_FRESH_SECONDS = 5.0


class CoworkCompleter(Completer):
    """Completes commands and paths, once it knows them."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._workspace: Workspace | None = None
        self._commands: Mapping[str, str] = {}
        self._paths: list[str] = []
        self._looked_at = -_FRESH_SECONDS

    def know(self, workspace: "Workspace", commands: Mapping[str, str]) -> None:
        """Learn the workspace, and each command with what it does."""
        self._workspace, self._commands = workspace, commands

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """What the word before the cursor may become."""
        before = document.text_before_cursor
        if before.startswith("/") and " " not in before:
            for name, what in self._commands.items():
                if name.startswith(before):
                    yield Completion(name, start_position=-len(before), display_meta=what)
            return
        word = before.split()[-1] if before and not before[-1].isspace() else ""
        if word.startswith("@") and self._workspace is not None:
            from loom_core.cowork.mentions import completions

            for path in completions(word[1:], self._files(self._workspace)):
                shown = f'@"{path}"' if " " in path else f"@{path}"
                yield Completion(shown, start_position=-len(word))

    def _files(self, workspace: "Workspace") -> list[str]:
        """The files of the workspace, looked for anew every few seconds."""
        now = time.monotonic()
        if now - self._looked_at > _FRESH_SECONDS:
            entries = workspace.listing(".", depth=8, limit=_MOST_FILES)
            self._paths = [one.path for one in entries]
            self._looked_at = now
        return self._paths
