"""A session in ``loom cowork`` and in ``loom tui``, in a real terminal on a real model; its screens are kept.

    python benchmarks/real_terminal.py --out /tmp/screens
    python benchmarks/real_terminal.py --face tui --limit 300

Needs tmux. Types what a person would: asks for a file and allows it once, asks for another and allows it
always, and for a third with another tool's question and denies it; stops an answer, takes a turn back, leaves
and comes back. Every screen that is waited for is written to ``OUT/FACE-NN-STEP.txt``. A small model may do
something else than it is asked: such a step says what it waited for in vain, and the ones after it go on.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

FACES = ("cowork", "tui")
_ASKS = {"cowork": "[y]es once", "tui": "Yes, once"}
"""What stands in the question whether a call may run."""
_LOOK_SECONDS = 0.3
_COLUMNS, _LINES = 110, 36


@dataclass(slots=True)
class Terminal:
    """One tmux session with one face in it."""

    face: str
    name: str
    out: Path
    limit: float
    count: int = 0
    missed: list[str] = field(default_factory=list[str])

    def keys(self, *keys: str) -> None:
        """Press keys by the names that tmux gives them."""
        self._tmux("send-keys", "-t", self.name, *keys)

    def says(self, text: str) -> None:
        """Type a line."""
        self._tmux("send-keys", "-t", self.name, "-l", text)
        time.sleep(_LOOK_SECONDS)
        self.keys("Enter")

    def screen(self) -> str:
        """What is shown."""
        return self._tmux("capture-pane", "-p", "-t", self.name)

    def sees(self, step: str, *texts: str, is_gone: bool = False) -> bool:
        """Wait until one of the texts is shown, or none is any more; keep the screen either way."""
        end = time.monotonic() + self.limit
        while True:
            shown = self.screen()
            is_there = any(text in shown for text in texts)
            if is_there is not is_gone or time.monotonic() > end:
                break
            time.sleep(_LOOK_SECONDS)
        self.count += 1
        (self.out / f"{self.face}-{self.count:02}-{step}.txt").write_text(shown)
        if is_there is is_gone:
            self.missed.append(
                f"{step}: {' or '.join(texts)} {'stayed' if is_gone else 'not seen'}"
            )
        return is_there is not is_gone

    @staticmethod
    def _tmux(*arguments: str) -> str:
        """The output of a command of tmux; empty when the session is gone."""
        done = subprocess.run(["tmux", *arguments], capture_output=True, text=True, check=False)
        return done.stdout


def main() -> int:
    """Walk through each face; 1 when something was not seen."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--face", nargs="*", choices=FACES, default=FACES)
    parser.add_argument("--limit", type=float, default=180.0, help="seconds to wait for a screen")
    parser.add_argument("--out", type=Path, required=True, help="where the screens go")
    parser.add_argument("--model", default="", help="name of a model of the settings")
    options = parser.parse_args()
    if shutil.which("tmux") is None:
        raise SystemExit("tmux is missing")
    options.out.mkdir(parents=True, exist_ok=True)
    missed = {face: _walk(face, options) for face in options.face}
    for face, steps in missed.items():
        print(f"{face}: {'everything was seen' if not steps else '; '.join(steps)}")
    return int(any(missed.values()))


def _walk(face: str, options: argparse.Namespace) -> list[str]:
    """One session; what was waited for in vain."""
    with tempfile.TemporaryDirectory() as directory:
        workspace = Path(directory) / "work"
        workspace.mkdir()
        with _opened(face, workspace, options) as terminal:
            terminal.sees("greeting", "/help", "F1")
            _allows(terminal, workspace)
            _stops_and_undoes(terminal, workspace)
            terminal.keys("C-d")
            terminal.sees("left", "$ ")
            again = f"{_command(face, workspace, options)} --resume"
            terminal.says(again)
            terminal.sees("resumed", "first.txt")
        return terminal.missed


def _allows(terminal: Terminal, workspace: Path) -> None:
    """Yes to one call, always to the next, no to the last."""
    asks = _ASKS[terminal.face]
    for name, key in (("first", "y"), ("second", "n"), ("third", "a"), ("fourth", "")):
        terminal.says(f"Create the file {name}.txt with the text {name} in it.")
        if key and terminal.sees(f"asked-{name}", asks):
            terminal.keys(key)
            terminal.sees(f"answered-{name}", asks, is_gone=True)
        path = workspace / f"{name}.txt"
        end = time.monotonic() + (terminal.limit if key != "n" else 5)
        while not path.exists() and time.monotonic() < end:
            time.sleep(_LOOK_SECONDS)
        if path.exists() is (key == "n"):
            terminal.missed.append(f"{name}.txt {'is' if key == 'n' else 'is not'} there")
        terminal.sees(f"rests-{name}", "window")
        time.sleep(3)


def _stops_and_undoes(terminal: Terminal, workspace: Path) -> None:
    """Stop an answer, and take the last file back."""
    terminal.says("Tell me a very long story about the sea, and use no tool.")
    time.sleep(6)
    terminal.keys("C-c" if terminal.face == "cowork" else "Escape")
    terminal.sees("stopped", "stopped")
    terminal.says("/undo")
    terminal.sees("undone", "as it was before", "nothing", "Nothing")
    terminal.says("/undo")
    terminal.sees("undone-again", "fourth.txt")
    if (workspace / "fourth.txt").exists():
        terminal.missed.append("fourth.txt is still there")


@contextmanager
def _opened(face: str, workspace: Path, options: argparse.Namespace) -> Iterator[Terminal]:
    """A face in a terminal of its own, which ends with it."""
    name = f"loom-{face}-{os.getpid()}"
    size = ["-x", str(_COLUMNS), "-y", str(_LINES)]
    shell = ["env", "PS1=$ ", "LOOM_APPROVAL__MODE=manual", "sh"]
    subprocess.run(["tmux", "new-session", "-d", "-s", name, *size, *shell], check=True)
    terminal = Terminal(face, name, options.out, options.limit)
    try:
        terminal.says(_command(face, workspace, options))
        yield terminal
    finally:
        subprocess.run(["tmux", "kill-session", "-t", name], check=False, capture_output=True)


def _command(face: str, workspace: Path, options: argparse.Namespace) -> str:
    """What is typed to open a face."""
    loom = Path(sys.executable).with_name("loom")
    model = f" --model {options.model}" if options.model else ""
    return f"{loom} {face} -w {workspace}{model}"


if __name__ == "__main__":
    raise SystemExit(main())
