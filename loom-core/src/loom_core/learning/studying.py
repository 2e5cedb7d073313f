"""Taking the lessons of tasks that are over: after the run, so that no task waits for it."""

from collections.abc import Callable, Collection

from loom_core.errors import StoreError
from loom_core.learning.judging import Trial, judge
from loom_core.learning.lessons import TEACHING, lessons_of, used_patterns, was_planned
from loom_core.redaction import redact, redact_values
from loom_core.settings import Settings, known_secrets
from loom_core.store import PatternUses, Store, Study
from loom_core.types import Pattern, PatternKind, PatternState, TaskState

_MOST_TASKS = 3
"""Tasks that are studied at once: the one that just ended, and some that a crash left over."""
_KINDS = tuple(kind.__name__ for kind in TEACHING)
_JUDGED = (PatternKind.TASK_TEMPLATE, PatternKind.USER_CORRECTION)


async def learn(store: Store, settings: Settings, say: Callable[[str], None]) -> None:
    """Study what has ended; a failure is said and costs no result, and the next run makes up for it."""
    try:
        await study_finished(store, settings)
    except StoreError as error:
        say(f"no lessons were taken: {error}")


async def study_finished(store: Store, settings: Settings) -> None:
    """Take the lessons of finished tasks, judge those that are in use, and prune what is rare and old.

    Raises:
        StoreError: the database failed; the lessons are taken after the next run.
    """
    if not settings.learning.enabled:
        return
    secrets = known_secrets(settings)
    workspaces: set[str] = set()
    for task_id in await store.patterns.unstudied(limit=_MOST_TASKS):
        study = await _study(store, task_id, secrets)
        await store.patterns.keep(study)
        workspaces.add(study.workspace)
    for workspace in workspaces:
        await _judge(store, workspace, settings.learning.trial_tasks)
    if workspaces:
        await store.patterns.prune(older_than_days=settings.learning.keep_days)


async def _study(store: Store, task_id: str, secrets: Collection[str]) -> Study:
    """What one task taught."""
    record = await store.task(task_id)
    events = await store.patterns.teaching(task_id, _KINDS)
    lessons = [without_secrets(one, secrets) for one in lessons_of(record.goal, events)]
    return Study(
        task_id=task_id,
        workspace=record.workspace,
        is_completed=record.state is TaskState.COMPLETED,
        was_planned=was_planned(events),
        patterns=lessons,
        used=frozenset(used_patterns(events)),
    )


async def _judge(store: Store, workspace: str, trial_tasks: int) -> None:
    """Let what helps stand, and retire what does not."""
    uses = [one for kind in _JUDGED for one in await store.patterns.uses(workspace, kind)]
    verdicts = {one.pattern.id: judge(_trial(one), trial_tasks=trial_tasks) for one in uses}
    changed = {
        one.pattern.id: verdicts[one.pattern.id]
        for one in uses
        if verdicts[one.pattern.id] is not one.pattern.state
        and one.pattern.state is not PatternState.RETIRED
    }
    if changed:
        await store.patterns.set_states(changed)


def _trial(uses: PatternUses) -> Trial:
    """The counts of a lesson as they are judged."""
    return Trial(
        uses=uses.uses,
        helped=uses.helped,
        others=uses.others,
        others_completed=uses.others_completed,
        repeated=uses.repeated,
    )


def without_secrets(pattern: Pattern, secrets: Collection[str]) -> Pattern:
    """The pattern as it may be kept for ever."""
    facts = redact_values(pattern.facts, secrets)
    return pattern.model_copy(
        update={
            "key": redact(pattern.key, secrets)[:200],
            "text": redact(pattern.text, secrets)[:600],
            "facts": facts,
        }
    )
