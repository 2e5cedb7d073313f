"""Completion while typing: slash commands at the beginning, files of the workspace after ``@``."""

import time
from collections.abc import Iterable, Mapping

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from loom_core.cowork.mentions import completions
from loom_core.workspace import Workspace

_MOST_FILES = 5000
_FRESH_SECONDS = 5.0


class CoworkCompleter(Completer):
    """Completes commands and paths."""

    def __init__(self, workspace: Workspace, commands: Mapping[str, str]) -> None:
        """Know the workspace, and each command with what it does."""
        self._workspace = workspace
        self._commands = commands
        self._paths: list[str] = []
        self._looked_at = -_FRESH_SECONDS

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
        if word.startswith("@"):
            for path in completions(word[1:], self._files()):
                shown = f'@"{path}"' if " " in path else f"@{path}"
                yield Completion(shown, start_position=-len(word))

    def _files(self) -> list[str]:
        """The files of the workspace, looked for anew every few seconds."""
        now = time.monotonic()
        if now - self._looked_at > _FRESH_SECONDS:
            entries = self._workspace.listing(".", depth=8, limit=_MOST_FILES)
            self._paths = [one.path for one in entries]
            self._looked_at = now
        return self._paths
