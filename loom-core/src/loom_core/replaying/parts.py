"""What stands in a replay where a run has models, tools, verifiers and lessons."""

import copy
from collections.abc import Collection, Mapping
from typing import Any, cast

from loom_core.contracts.check import Check
from loom_core.contracts.context import Context, Lessons, ModelFacts
from loom_core.contracts.provider import Provider, ProviderEnvironment
from loom_core.contracts.tool import Tool
from loom_core.dialects import DIALECTS
from loom_core.engine.memory.lesson_book import LessonBook
from loom_core.errors import ExtensionNotFound, ModelError, ToolFailed
from loom_core.events import AppliedLesson, LessonsApplied
from loom_core.hookspecs import hookimpl
from loom_core.replaying.recording import Recording
from loom_core.routing import Choice, Route, Router
from loom_core.settings.shape import ModelSettings, Settings
from loom_core.testing import Script, ScriptedModel
from loom_core.types import (
    ModelRole,
    Outcome,
    Plan,
    Subtask,
    Task,
    Verdict,
)
from loom_core.verification import unverified

_WINDOW = 1_000_000
"""Tokens where none was recorded: nothing is sent, so nothing has to fit."""
_CAPABLE_TIER = 2


class RecordedModels(Router):
    """Knows what was recorded of the models, and never asks one."""

    def __init__(self, recording: Recording, settings: Settings, home: ProviderEnvironment) -> None:
        """Know the models of a recording."""
        super().__init__(settings.models, _no_provider, home)
        self._recording = recording

    async def choose(
        self,
        role: ModelRole,
        tier: int = 1,
        *,
        prefer: str = "",
        failed: Mapping[str, ModelError] | None = None,
    ) -> Choice:
        """The model that had the work then, as far as its prompts tell of it."""
        if failed:
            raise next(iter(failed.values()))
        name = prefer or next(iter(self._recording.prompts()), "recorded")
        settings = self.models.get(name) or ModelSettings(provider="recorded")
        facts = self._facts(name, role, settings.tier)
        provider = ScriptedModel(Script(), settings=settings, environment=self._environment)
        return Choice(Route(settings, provider, facts, "recorded", None, 1))

    def _facts(self, name: str, role: ModelRole, tier: int) -> ModelFacts:
        """What is known of a model. Those who ask only a capable one find it so if it was asked."""
        begun = self._recording.prompts().get(name)
        dialect = begun.dialect if begun and begun.dialect in DIALECTS else "json_action"
        was_asked = {
            ModelRole.PLANNER: self._recording.has_asked(ModelRole.PLANNER, since_version=2),
            ModelRole.EXTRACTOR: self._recording.has_asked(ModelRole.EXTRACTOR),
        }
        if role in was_asked:
            tier = _CAPABLE_TIER if was_asked[role] else 1
        return ModelFacts(
            name=name if role is ModelRole.EXECUTOR else "recorded",
            tier=tier,
            dialect=dialect,
            window=begun.window if begun and begun.window else _WINDOW,
            enforces_schema=True,
            sees_images=True,
            takes_tools=dialect == "native",
        )


def untouchable_tools(tools: Mapping[str, Tool[Any]]) -> dict[str, Tool[Any]]:
    """The same tools to look at, none of which does anything."""
    return {name: _with(tool, intend=_refuse, run=_refuse) for name, tool in tools.items()}


def untouchable_checks(checks: Mapping[str, Check]) -> dict[str, Check]:
    """The same checks to look at, none of which looks."""
    return {name: _with(check, run=_refuse) for name, check in checks.items()}


class RecordedVerdicts:
    """Answers ``loom_verify`` with what was said then."""

    def __init__(self, recording: Recording) -> None:
        """Know the verdicts."""
        self._recording = recording

    @hookimpl(trylast=True)
    def loom_verify(self, subtask: Subtask, outcome: Outcome, context: Context) -> Verdict:
        """The recorded verdict; unverified where there was none."""
        recorded = self._recording.verdict(subtask.id, context.attempt)
        return recorded or unverified("the recording has no verdict on this attempt")


class RecordedPlans:
    """Answers ``loom_plan`` and ``loom_replan`` with the plans of plugins, which do not run here."""

    def __init__(self, recording: Recording) -> None:
        """Know the plans."""
        self._recording = recording

    @hookimpl
    def loom_plan(self, task: Task, context: Context) -> Plan | None:
        """The recorded plan, if a plugin made it."""
        return self._recording.plan(1) if self._recording.is_planned_by_plugin else None


class RecordedLessons(LessonBook):
    """Lessons change no plan and no prompt in a replay but as they did then."""

    def __init__(self, recording: Recording) -> None:
        """Know what the plans came to."""
        self._recording = recording

    async def for_prompt(self, goal: str) -> tuple[Lessons, LessonsApplied | None]:
        """Nothing: prompts are taken as they were."""
        return Lessons(), None

    async def raise_tiers(
        self, plan: Plan, tiers: Collection[int]
    ) -> tuple[Plan, list[AppliedLesson]]:
        """The plan with the tiers that were raised then."""
        recorded = self._recording.plan(plan.version)
        was = {subtask.id: subtask.model_tier for subtask in recorded.subtasks} if recorded else {}
        subtasks = [
            subtask.model_copy(
                update={"model_tier": max(was.get(subtask.id, 0), subtask.model_tier)}
            )
            for subtask in plan.subtasks
        ]
        return plan.model_copy(update={"subtasks": tuple(subtasks)}), []


def _with(part: Any, **methods: Any) -> Any:
    """A copy of a part, of a class with other methods."""
    kind = cast("type[Any]", type(part))
    made = copy.copy(part)
    made.__class__ = type(kind.__name__, (kind,), {**methods, "__slots__": ()})
    return made


async def _refuse(*_arguments: object, **_named: object) -> Any:
    """In the place of whatever would act."""
    raise ToolFailed("the recording has no result of this call, and nothing runs in a replay")


def _no_provider(name: str) -> type[Provider]:
    """No provider is loaded."""
    raise ExtensionNotFound(f"a replay loads no provider such as {name!r}")
