"""What a task makes of the patterns it finds: templates, instructions and starting tiers."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from loom_core.learning.lessons import tier_key
from loom_core.learning.shape import shape_of
from loom_core.store import PatternRecord
from loom_core.types import MAX_TIER, PatternKind, PatternState, Plan, Subtask

MEAN_RETRIES = 1.5
"""More than that, on average, and a subtask of that shape starts one tier higher."""
_LEAST_SAMPLES = 2
_LEAST_LIKENESS = 0.4
"""Share of the words of both goals that they have in common."""
_WORD = re.compile(r"\w{2,}")
_STEM_LETTERS = 6


def like_templates(
    goal: str, patterns: Sequence[PatternRecord], *, limit: int
) -> list[PatternRecord]:
    """Plans that led to goals like this one, the most alike first."""
    wanted = _stems(goal)
    rated = [
        (_likeness(wanted, _stems(pattern.text)), pattern.frequency, pattern.id, pattern)
        for pattern in patterns
        if pattern.kind is PatternKind.TASK_TEMPLATE and pattern.state is not PatternState.RETIRED
    ]
    near = sorted((rate for rate in rated if rate[0] >= _LEAST_LIKENESS), reverse=True)
    return [pattern for *_, pattern in near[:limit]]


def instructions(patterns: Sequence[PatternRecord], *, limit: int) -> list[PatternRecord]:
    """What the user had to say and holds on, oldest first; the newest where there are too many."""
    standing = [
        pattern
        for pattern in patterns
        if pattern.kind is PatternKind.USER_CORRECTION and pattern.state is not PatternState.RETIRED
    ]
    newest = sorted(standing, key=lambda one: (one.last_at, one.id))[-limit:] if limit else []
    once = {pattern.key: pattern for pattern in newest}  # another project's may say the same
    return sorted(once.values(), key=lambda one: one.id)


@dataclass(frozen=True, slots=True)
class RaisedTier:
    """A subtask that starts with a stronger model than was planned, and the pattern why."""

    subtask_id: str
    tier: int
    because: PatternRecord


def with_starting_tiers(
    plan: Plan, patterns: Sequence[PatternRecord], tiers: Collection[int]
) -> tuple[Plan, list[RaisedTier]]:
    """A plan whose subtasks start where their like were reached, as far as there are such models.

    Args:
        plan: as it was made.
        patterns: of all projects, since they hold nothing but counts.
        tiers: those that models with the role of an executor have.
    """
    statistics = _Statistics(patterns)
    subtasks: list[Subtask] = []
    raised: list[RaisedTier] = []
    for subtask in plan.subtasks:
        because = statistics.reason_to_raise(subtask)
        above = [tier for tier in sorted(tiers) if subtask.model_tier < tier <= MAX_TIER]
        if because is None or not above:
            subtasks.append(subtask)
            continue
        subtasks.append(subtask.model_copy(update={"model_tier": above[0]}))
        raised.append(RaisedTier(subtask.id, above[0], because))
    return plan.model_copy(update={"subtasks": tuple(subtasks)}), raised


class _Statistics:
    """Counts of all projects by shape and tier."""

    def __init__(self, patterns: Sequence[PatternRecord]) -> None:
        """Add up what the projects have of the same key."""
        self._successes: Counter[str] = Counter()
        self._retries: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._reasons: dict[tuple[PatternKind, str], PatternRecord] = {}
        for pattern in patterns:
            self._add(pattern)

    def reason_to_raise(self, subtask: Subtask) -> PatternRecord | None:
        """The pattern that says that this tier is too weak for a subtask of that shape."""
        key = tier_key(shape_of(subtask.description), subtask.model_tier)
        reached, failed = self._successes[key], self._failures[key]
        if reached >= _LEAST_SAMPLES and self._retries[key] / reached > MEAN_RETRIES:
            return self._reasons[PatternKind.RETRY_PATTERN, key]
        if failed >= _LEAST_SAMPLES and failed > reached:
            return self._reasons[PatternKind.MODEL_FAILURE, key]
        return None

    def _add(self, pattern: PatternRecord) -> None:
        """Take in one pattern."""
        match pattern.kind:
            case PatternKind.SUBTASK_SUCCESS:
                self._successes[pattern.key] += pattern.frequency
            case PatternKind.RETRY_PATTERN:
                self._retries[pattern.key] += pattern.amount
                self._reasons[pattern.kind, pattern.key] = pattern
            case PatternKind.MODEL_FAILURE:
                key = pattern.key.removeprefix(f"{pattern.facts.get('model', '')} ")
                self._failures[key] += pattern.frequency
                self._reasons[pattern.kind, key] = pattern
            case _:
                pass


def example_of(template: PatternRecord) -> str:
    """A template as a planner is shown it."""
    lines = [f"Goal: {template.text[:300]}"]
    subtasks = template.facts.get("subtasks")
    known = subtasks if isinstance(subtasks, list) else []
    lines += [_subtask_line(one) for one in known if isinstance(one, dict)]
    return "\n".join(lines)


def _subtask_line(subtask: Mapping[str, JsonValue]) -> str:
    """One subtask of a template on a line."""
    needed = subtask.get("depends_on")
    names = [str(name) for name in needed] if isinstance(needed, list) else []
    after = f" (after {', '.join(names)})" if names else ""
    return f"- {subtask.get('id')}{after}: {subtask.get('description')}"


def _likeness(one: set[str], other: set[str]) -> float:
    """The share of common words in all words (Jaccard)."""
    return len(one & other) / len(one | other) if one and other else 0.0


def _stems(text: str) -> set[str]:
    """The words of a goal, forms of a word taken for one."""
    return {word[:_STEM_LETTERS] for word in _WORD.findall(text.casefold())}
