"""One sign and one colour for every state, so that a mark means the same everywhere."""

from dataclasses import dataclass

import click


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign with its colour; the sign alone must tell, since colour may be off."""

    sign: str
    color: str | None = None

    def __str__(self) -> str:
        """The sign in its colour; ``click.echo`` takes the colour out where it is not wanted."""
        return click.style(self.sign, fg=self.color) if self.color else self.sign


DONE = Mark("✓", "green")
FAILED = Mark("✗", "red")
RUNNING = Mark("▸", "cyan")
WAITING = Mark("?", "yellow")
PENDING = Mark("·")
SKIPPED = Mark("-")
WARNING = Mark("!", "yellow")
PAUSED = Mark("||", "yellow")

STATE_MARKS: dict[str, Mark] = {
    "pending": PENDING,
    "planning": RUNNING,
    "executing": RUNNING,
    "running": RUNNING,
    "verifying": RUNNING,
    "waiting_approval": WAITING,
    "paused": PAUSED,
    "completed": DONE,
    "passed": DONE,
    "failed": FAILED,
    "blocked": FAILED,
    "stalled": FAILED,
    "unverified": WARNING,
    "cancelled": SKIPPED,
    "skipped": SKIPPED,
}
"""The mark of every state of tasks, subtasks and verdicts, by its value."""
