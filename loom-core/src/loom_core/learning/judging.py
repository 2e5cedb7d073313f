"""Whether a lesson helps: outcomes of tasks that had it against those of tasks that had not."""

from dataclasses import dataclass

from loom_core.types import PatternState

LEAST_OTHERS = 3
"""Tasks without a lesson that a comparison takes."""
LEAST_LOSS = 0.2
"""By how much of all tasks fewer must be completed with a lesson than without, to retire it."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is known of a lesson in use."""

    uses: int
    """Tasks that ended and had it."""
    helped: int
    """Those of them that were completed."""
    others: int
    """Tasks of the same kind in the same workspace that ended and had it not."""
    others_completed: int
    repeated: int = 0
    """Tasks that had it, and in which the user had to say the same again."""


def judge(trial: Trial, *, trial_tasks: int) -> PatternState:
    """The state that a lesson deserves.

    It stays on trial for the first tasks, and until there are tasks to compare with. It is retired
    when in more than half of them the user had to say it again, or when clearly fewer of them were
    completed than of the others. Shares are taken with one more success and failure each (Laplace),
    so that a few tasks do not decide. What stands goes on being judged.
    """
    if trial.uses < trial_tasks:
        return PatternState.TRIAL
    if trial.repeated * 2 > trial.uses:
        return PatternState.RETIRED
    if trial.others < LEAST_OTHERS:
        return PatternState.TRIAL
    share = _share(trial.helped, trial.uses)
    is_worse = share + LEAST_LOSS <= _share(trial.others_completed, trial.others)
    return PatternState.RETIRED if is_worse else PatternState.STANDING


def _share(successes: int, tasks: int) -> float:
    """The share of successes, drawn towards one half while there are few."""
    return (successes + 1) / (tasks + 2)
