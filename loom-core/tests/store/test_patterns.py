"""Lessons in the database: taken once, met again, pruned, and never given an old number."""

from datetime import timedelta

import pytest

from loom_core.errors import UnknownEntry
from loom_core.store import Study
from loom_core.types import Pattern, PatternKind, PatternState

COUNT = Pattern(kind=PatternKind.RETRY_PATTERN, key="write .py @1", text="took two", amount=2)
SAID = Pattern(kind=PatternKind.USER_CORRECTION, key="use tabs", text="Use tabs.")


def study(task_id, *patterns, **more):
    values = {"workspace": "/w", "is_completed": True, "was_planned": False, **more}
    return Study(task_id=task_id, patterns=patterns, **values)


async def only(store, **narrowed):
    (pattern,) = await store.patterns.all(**narrowed)
    return pattern


async def test_the_lessons_of_a_task_are_taken_once(run):
    assert await run.store.patterns.keep(study("a", COUNT))
    assert not await run.store.patterns.keep(study("a", COUNT))

    assert (await only(run.store)).frequency == 1


async def test_what_is_taught_again_counts_more(run):
    await run.store.patterns.keep(study("a", COUNT))
    await run.store.patterns.keep(study("b", COUNT))

    pattern = await only(run.store, workspace="/w")

    assert (pattern.frequency, pattern.amount) == (2, 4)
    assert await run.store.patterns.all(workspace="/elsewhere") == []


async def test_a_retired_lesson_that_is_taught_anew_gets_another_trial(run):
    await run.store.patterns.keep(study("a", SAID))
    pattern = await only(run.store)
    await run.store.patterns.keep(study("b", used=frozenset({pattern.id})))
    await run.store.patterns.set_states({pattern.id: PatternState.RETIRED})

    await run.store.patterns.keep(study("c", SAID))

    (uses,) = await run.store.patterns.uses("/w", PatternKind.USER_CORRECTION)
    assert uses.pattern.state is PatternState.TRIAL
    assert (uses.uses, uses.others) == (0, 3)


async def test_outcomes_are_counted_with_and_without(run):
    await run.store.patterns.keep(study("a", SAID, is_completed=False))
    used = frozenset({(await only(run.store)).id})
    await run.store.patterns.keep(study("b", used=used))
    await run.store.patterns.keep(study("c", SAID, used=used, is_completed=False))
    await run.store.patterns.keep(study("d", workspace="/elsewhere"))

    (uses,) = await run.store.patterns.uses("/w", PatternKind.USER_CORRECTION)

    assert (uses.uses, uses.helped, uses.repeated) == (2, 1, 1)
    assert (uses.others, uses.others_completed) == (1, 0)


async def test_only_what_is_rare_and_old_is_pruned(run, clock):
    await run.store.patterns.keep(study("a", COUNT, SAID))
    await run.store.patterns.keep(study("b", SAID))
    clock.now += timedelta(days=91)
    await run.store.patterns.keep(study("c", COUNT.model_copy(update={"key": "new"})))

    assert await run.store.patterns.prune(older_than_days=90) == 1

    assert {one.key for one in await run.store.patterns.all()} == {"use tabs", "new"}


async def test_a_deleted_lesson_is_gone_and_its_number_with_it(run):
    await run.store.patterns.keep(study("a", COUNT))
    first = await only(run.store)

    assert await run.store.patterns.forget(ids=[first.id]) == 1
    await run.store.patterns.keep(study("b", SAID))

    assert (await only(run.store)).id > first.id
    with pytest.raises(UnknownEntry):
        await run.store.patterns.one(first.id)
