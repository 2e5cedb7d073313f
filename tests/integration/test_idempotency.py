"""One key makes one task, whoever asks how often."""

from scenario import ACTION_GOAL, GOAL, says_hi, turns

from loom_core.app import Loom
from loom_core.settings import load_settings
from loom_core.testing import Reply, Rule
from loom_core.types import TaskState


def test_a_second_run_with_a_key_reports_on_the_first(place):
    server = place.serve(*turns(*says_hi()))
    first = place.work(ACTION_GOAL, "--idempotency-key", "order 7")
    asked = len(server.requests)

    again = place.work(ACTION_GOAL, "--idempotency-key", "order 7")

    assert (first.code, again.code) == (0, 0)
    assert again.result["task_id"] == first.result["task_id"]
    assert len(server.requests) == asked
    assert len(place.run("list", "--json").stdout.split('"task_id"')) == 2


def test_a_second_run_with_a_key_goes_on_with_what_was_interrupted(place):
    place.serve(Rule(reply=Reply.status(401)))
    paused = place.work(ACTION_GOAL, "--idempotency-key", "order 7")
    place.serve(*turns(*says_hi()))

    again = place.work(ACTION_GOAL, "--idempotency-key", "order 7")

    assert (paused.result["state"], again.result["state"]) == ("paused", "completed")
    assert again.result["task_id"] == paused.result["task_id"]


def test_a_key_that_was_used_for_something_else_is_refused(place):
    place.serve(*turns(*says_hi()))
    place.work(ACTION_GOAL, "--idempotency-key", "order 7")

    refused = place.work(GOAL, "--idempotency-key", "order 7")

    assert refused.code == 2
    assert "'order 7' made task" in refused.stderr


async def test_a_new_engine_finds_the_tasks_that_can_go_on(place):
    place.serve(Rule(reply=Reply.status(401)))
    settings = load_settings(cwd=place.here, home=place.home, environ={}).settings
    async with Loom.build(settings, home=place.home) as loom:
        made = [await loom.create(f"{GOAL} {n}", workspace=place.workspace) for n in range(3)]
        await loom.run(made[0].id)  # ends in trouble, which somebody has to mend
        await loom.store.request(made[1].id, "pause", {"by": "somebody"})

        found = [record.id for record in await loom.resumable_tasks()]
        paused = await loom.run(made[1].id, obeys_pauses=True)
        left = [record.id for record in await loom.resumable_tasks()]

    assert found == [made[1].id, made[2].id]
    assert (paused.state, paused.reason) == (TaskState.PAUSED, "paused by somebody")
    assert left == [made[2].id]
