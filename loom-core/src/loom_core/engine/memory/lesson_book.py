"""The lessons that a task finds, read once when somebody first asks."""

import asyncio
from collections.abc import Collection, Sequence

from loom_core.contracts.context import Lessons
from loom_core.events import AppliedLesson, LessonsApplied
from loom_core.learning.reading import (
    example_of,
    instructions,
    like_templates,
    with_starting_tiers,
)
from loom_core.settings.shape import LearningSettings
from loom_core.store import PatternRecord, Store
from loom_core.types import Plan

_SHOWN_CHARACTERS = 120


class LessonBook:
    """The lessons for one task under the present claim."""

    def __init__(self, store: Store, settings: LearningSettings, workspace: str) -> None:
        """Read nothing yet: a goal of one step with one model has no use for any of it."""
        self._store = store
        self._settings = settings
        self._workspace = workspace
        self._reading = asyncio.Lock()
        self._patterns: Sequence[PatternRecord] | None = None

    async def for_prompt(self, goal: str) -> tuple[Lessons, LessonsApplied | None]:
        """What goes into a prompt, with plans for goals like one if it is not empty, and what it is.

        Raises:
            StoreError: the database failed.
        """
        settings = self._settings
        if not (settings.enabled and (settings.max_instructions or settings.max_templates)):
            return Lessons(), None
        mine = [one for one in await self._all() if self._is_for_here(one)]
        told = instructions(mine, limit=settings.max_instructions)
        plans = like_templates(goal, mine, limit=settings.max_templates) if goal else []
        lessons = Lessons(
            examples=tuple(example_of(plan) for plan in plans),
            instructions=tuple(one.text for one in told),
        )
        applied = [
            *(_applied(one, f"told: {one.text}") for one in told),
            *(_applied(one, f"shown the plan for: {one.text}") for one in plans),
        ]
        return lessons, LessonsApplied(lessons=tuple(applied)) if applied else None

    async def raise_tiers(
        self, plan: Plan, tiers: Collection[int]
    ) -> tuple[Plan, list[AppliedLesson]]:
        """The plan with the tiers that its subtasks should start with, and why.

        Raises:
            StoreError: the database failed.
        """
        weakest = min((subtask.model_tier for subtask in plan.subtasks), default=1)
        if not self._settings.enabled or max(tiers, default=0) <= weakest:
            return plan, []  # there is nothing to choose, and nothing is read
        raised_plan, raised = with_starting_tiers(plan, await self._all(), tiers)
        applied = [
            _applied(one.because, f"{one.subtask_id} starts at tier {one.tier}: {one.because.text}")
            for one in raised
        ]
        return raised_plan, applied

    async def _all(self) -> Sequence[PatternRecord]:
        """The lessons of all workspaces."""
        async with self._reading:
            if self._patterns is None:
                self._patterns = await self._store.patterns.all()
            return self._patterns

    def _is_for_here(self, pattern: PatternRecord) -> bool:
        """Whether a text of a lesson may be shown here."""
        return self._settings.scope == "global" or pattern.workspace == self._workspace


def _applied(pattern: PatternRecord, effect: str) -> AppliedLesson:
    """That a lesson is used, in a line."""
    short = effect if len(effect) <= _SHOWN_CHARACTERS else f"{effect[:_SHOWN_CHARACTERS]}…"
    return AppliedLesson(pattern_id=pattern.id, kind=pattern.kind, effect=short)
