"""What checkers look at a finished workspace with: files as they are, and programs run for real."""

import asyncio
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from loom_core.sandbox import choose
from loom_core.settings.shape import SandboxSettings

RUN_SECONDS = 20.0


class NotDone(Exception):
    """The goal was not reached; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class FinishedWorkspace:
    """The directory that a run left behind."""

    root: Path

    def text(self, path: str) -> str:
        """The text of a file; raises ``NotDone`` when it is missing or no text."""
        try:
            return (self.root / path).read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise NotDone(f"{path} cannot be read: {error}") from error

    def lines(self, path: str) -> list[str]:
        """The lines of a file without white space at their ends, and without empty ones at the end."""
        return [line.rstrip() for line in self.text(path).rstrip().splitlines()]

    def is_missing(self, path: str) -> bool:
        """Whether nothing is at a path."""
        return not (self.root / path).exists()

    def run(self, command: str) -> str:
        """What a command prints in a copy of the workspace; raises ``NotDone`` when it fails."""
        sandbox = choose(SandboxSettings())
        if not sandbox.is_confining:
            raise SystemExit("the checkers run what a model wrote: install bubblewrap first")
        with tempfile.TemporaryDirectory(prefix="loom-judge-") as place:
            copy = Path(place) / "workspace"
            shutil.copytree(self.root, copy, symlinks=True)
            result = asyncio.run(sandbox.run(command, workspace=copy, timeout_seconds=RUN_SECONDS))
        if result.exit_code != 0:
            raise NotDone(f"{command!r} ended with {result.exit_code}: {result.output[-300:]}")
        return result.output

    def evaluate(self, module: str, expression: str) -> str:
        """What an expression over a module of the workspace gives, as ``repr`` prints it.

        What the module prints when it is imported is left out.
        """
        code = (
            "import contextlib, io, importlib\n"
            "with contextlib.redirect_stdout(io.StringIO()):\n"
            f"    {module} = importlib.import_module({module!r})\n"
            f"    value = {expression}\n"
            "print(repr(value))"
        )
        return self.run(f"python3 -c '{_shell_safe(code)}'").strip()


def expect(condition: object, problem: str) -> None:
    """Raise ``NotDone`` with the problem unless the condition holds."""
    if not condition:
        raise NotDone(problem)


def _shell_safe(code: str) -> str:
    """Code fit to stand between single quotes of a shell."""
    return code.replace("'", "'\\''")
