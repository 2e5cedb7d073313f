"""The goals as data: text, files to begin with, and what they are for."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
SETS = ("held_out", "seen", "tuning")


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal."""

    id: str
    text: str
    steps: int
    files: dict[str, str] = field(default_factory=dict)
    """What the workspace holds at the start: content by path."""

    def prepare(self, root: Path) -> None:
        """Put the files to begin with into a directory."""
        for path, content in self.files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)


def load_goals(name: str) -> list[Goal]:
    """The goals of one of ``SETS``."""
    with (HERE / f"{name}.toml").open("rb") as file:
        return [Goal(**entry) for entry in tomllib.load(file)["goal"]]
