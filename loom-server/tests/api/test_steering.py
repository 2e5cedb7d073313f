"""Steering, pausing and resuming over HTTP, and tasks that are asked for twice."""

import json

from server_site import GOAL, Site, done, shell, turns, write

from loom_core.store import Store
from loom_core.testing import Reply, Rule, Script

SLOW = Script(rules=(Rule(reply=Reply(delay_seconds=3600)),))


def said_to(site):
    """Everything that the models were told, as text."""
    return "\n".join(
        message.text
        for model in site.models
        for request in model.requests
        for message in request.messages
    )


async def test_an_instruction_reaches_the_model_and_the_journal(site: Site):
    site.script = Script(rules=turns(shell("true"), write("hello.txt", "hi\n"), done()))
    async with site.serve() as client:
        task = await client.create(site.workspace, approval_mode="manual")
        path = f"/tasks/{task['id']}"
        asked = await client.type(task["id"], "ApprovalRequested")
        steered = await client.http.patch(path, json={"steer": "use British spelling"})
        told = await client.http.post(f"{path}/feedback", json={"text": "and be brief"})
        for _ in range(2):
            approval = asked["data"]["approval_id"]
            answer = await client.http.post(
                f"{path}/approve", json={"approval_id": approval, "approved": True}
            )
            assert answer.status_code == 200, answer.text
            if asked["data"]["tool"] == "write_file":
                break
            asked = await client.type(task["id"], "ApprovalRequested", after=asked["sequence"])
        events = await client.events(task["id"])

    assert (steered.status_code, told.status_code) == (200, 200)
    given = [event["data"]["text"] for event in events if event["type"] == "InstructionGiven"]
    assert given == ["use British spelling", "and be brief"]
    assert "use British spelling" in said_to(site)


async def test_a_queued_task_pauses_and_goes_on_when_told(site: Site):
    site.server = site.server.model_copy(update={"max_running_tasks": 1})
    site.script = SLOW
    async with site.serve() as client:
        first = await client.create(site.workspace)
        await client.type(first["id"], "ModelCallStarted")
        second = await client.create(site.workspace)
        paused = await client.http.patch(f"/tasks/{second['id']}", json={"paused": True})
        wrong = {"paused": False, "steer": " "}
        refused = await client.http.patch(f"/tasks/{second['id']}", json=wrong)
        await client.http.delete(f"/tasks/{first['id']}")
        await client.finished(first["id"])
        still = await client.get(f"/tasks/{second['id']}")
        resumed = await client.http.patch(f"/tasks/{second['id']}", json={"paused": False})
        await client.type(second["id"], "ModelCallStarted")

    assert paused.json()["state"] == "paused"
    assert refused.status_code == 422
    assert (still["state"], still["is_queued"], still["is_running_here"]) == (
        "paused",
        False,
        False,
    )
    assert resumed.status_code == 200


async def test_a_patch_that_says_nothing_is_refused(client, site):
    task = await client.create(site.workspace)

    for body in ({}, {"paused": "yes"}, {"steer": ""}, {"steer": "a" * 2001}):
        answer = await client.http.patch(f"/tasks/{task['id']}", json=body)
        assert (answer.status_code, answer.json()["error"]) == (422, "invalid_request"), body


async def test_a_task_that_has_ended_is_not_changed(client, site):
    task = await client.create(site.workspace)
    await client.finished(task["id"])

    for body, told in (
        ({"paused": True}, "is completed and cannot be paused"),
        ({"paused": False}, "is completed and cannot be resumed"),
        ({"steer": "more"}, "is completed and cannot be steered"),
    ):
        answer = await client.http.patch(f"/tasks/{task['id']}", json=body)
        assert answer.status_code == 409, body
        assert told in answer.json()["detail"]


async def test_a_task_that_waits_is_not_resumed_without_its_answer(site: Site):
    site.script = Script(rules=turns(shell("true"), done()))
    async with site.serve() as client:
        task = await client.create(site.workspace, approval_mode="manual")
        await client.type(task["id"], "TaskWaiting")

        answer = await client.http.patch(f"/tasks/{task['id']}", json={"paused": False})
        both = await client.http.patch(
            f"/tasks/{task['id']}", json={"paused": False, "steer": "hurry"}
        )
        events = (await client.get(f"/tasks/{task['id']}/events"))["events"]

    assert (answer.status_code, answer.json()["error"]) == (409, "not_now")
    assert (both.status_code, both.json()["error"]) == (409, "not_now")
    assert "InstructionGiven" not in [event["type"] for event in events]


async def test_the_same_key_makes_one_task(client, site):
    body = {"goal": GOAL, "workspace": str(site.workspace), "metadata": {"ticket": "7"}}
    headers = {"Idempotency-Key": "abc"}

    first = await client.http.post("/tasks", json=body, headers=headers)
    await client.finished(first.json()["id"])
    again = await client.http.post("/tasks", json=body, headers=headers)
    other = await client.http.post("/tasks", json={**body, "goal": "Else"}, headers=headers)

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.json()["id"] == first.json()["id"]
    assert json.loads(again.text)["metadata"] == {"ticket": "7"}
    assert (await client.get("/tasks"))["total"] == 1


async def test_looking_at_a_task_that_waits_does_not_read_its_whole_journal(
    site: Site, monkeypatch
):
    site.script = Script(rules=turns(Reply.calling("ask_user", question="Which word?"), done()))
    read_events = Store.events

    def read_some(store, task_id, *, limit=None, **more):
        assert limit is not None, "the whole journal of a task is read"
        return read_events(store, task_id, limit=limit, **more)

    async with site.serve() as client:
        task = await client.create(site.workspace)
        await client.type(task["id"], "TaskWaiting")
        monkeypatch.setattr(Store, "events", read_some)
        seen = await client.get(f"/tasks/{task['id']}")
        question = seen["questions"][0]
        monkeypatch.undo()
        said = await client.http.post(
            f"/tasks/{task['id']}/answer", json={"question_id": question["id"], "answer": "hi"}
        )

    assert question["question"] == "Which word?"
    assert said.status_code == 200
