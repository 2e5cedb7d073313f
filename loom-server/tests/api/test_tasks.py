"""Tasks over HTTP: created, listed, looked at, cancelled; each ends in the engine and on disk."""

import asyncio
from itertools import product

from server_site import ENDLESS_GOAL, GOAL, SAYS_HI_OR_NOTHING, done, shell, turns, write

from loom_core.testing import Reply, Rule, Script


async def test_a_goal_is_reached_and_its_state_is_whole(client, site):
    created = await client.create(site.workspace, context="be kind", approval_mode="manual")
    assert created["state"] in {"pending", "planning", "executing"}

    await client.type(created["id"], "ApprovalRequested")
    waiting = await client.get(f"/tasks/{created['id']}")
    answer = await client.http.post(
        f"/tasks/{created['id']}/approve",
        json={"approval_id": waiting["approvals"][0]["id"], "approved": True},
    )
    task = await client.finished(created["id"])

    assert answer.status_code == 200
    assert (site.workspace / "hello.txt").read_text() == "hi\n"
    assert task["state"] == "completed"
    assert task["goal"] == GOAL
    assert task["context"] == "be kind"
    assert task["approval_mode"] == "manual"
    assert task["progress"] == {"subtasks": 1, "completed": 1, "running": [], "waiting": []}
    assert task["subtasks"][0]["evidence"]
    assert task["usage"]["calls"] >= 2
    assert task["created_at"] <= task["started_at"] <= task["finished_at"] <= task["updated_at"]


async def test_where_a_new_task_is_stands_in_the_answer(client, site):
    answer = await client.http.post("/tasks", json={"goal": GOAL, "workspace": str(site.workspace)})

    assert answer.status_code == 201
    assert answer.headers["location"] == f"/tasks/{answer.json()['id']}"


async def test_a_task_without_a_workspace_works_in_the_one_of_the_settings(site):
    site.more["workspace"] = {"default_path": site.root / "projects"}
    async with site.serve() as client:
        answer = await client.http.post("/tasks", json={"goal": GOAL})
        task = await client.finished(answer.json()["id"])

    assert task["workspace"] == str(site.root / "projects")
    assert (site.root / "projects" / "hello.txt").exists()


REFUSED = (
    ({"goal": "", "workspace": "/tmp"}, "invalid_request"),
    ({"goal": "   ", "workspace": "/tmp"}, "usage_error"),
    ({"goal": 3}, "invalid_request"),
    ({"goal": GOAL, "workspace": "relative"}, "workspace_error"),
    ({"goal": GOAL, "workspace": "/nowhere/at/all"}, "workspace_error"),
    ({"goal": GOAL, "workspace": "/etc/passwd"}, "workspace_error"),
    ({"goal": GOAL, "workspace": "/tmp/" + "a" * 300}, "workspace_error"),
    ({"goal": GOAL, "workspace": "~nobody-has-this-name/x"}, "workspace_error"),
    ({"goal": GOAL, "workspace": "/tmp/\0"}, "workspace_error"),
    ({"goal": GOAL, "workspace": "/tmp", "approval_mode": "yes"}, "invalid_request"),
    ({"goal": GOAL, "workspce": "/tmp"}, "invalid_request"),
    ([], "invalid_request"),
)


async def test_a_request_that_cannot_be_is_refused_with_its_reason(client):
    for body, error in REFUSED:
        answer = await client.http.post("/tasks", json=body)
        assert (answer.status_code, answer.json()["error"]) == (422, error), body
        assert answer.json()["detail"]

    assert (await client.get("/tasks"))["total"] == 0


async def test_text_that_is_no_json_is_refused(client):
    answer = await client.http.post(
        "/tasks", content=b'{"goal": ', headers={"Content-Type": "application/json"}
    )

    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_request")


async def test_an_unknown_task_is_not_found(client):
    parts = ("", "/stream", "/subtasks", "/subtasks/a", "/subtasks/a/trace", "/memory", "/changes")
    for id_, part in product(("nothing", "%00", "261130", "a b"), (*parts, "/diff")):
        answer = await client.http.get(f"/tasks/{id_}{part}")
        assert answer.status_code == 404, answer.text
        assert set(answer.json()) == {"error", "detail", "task_id"}


async def test_the_beginning_of_an_id_is_not_enough(client, site):
    task = await client.create(site.workspace)
    answer = await client.http.get(f"/tasks/{task['id'][:-1]}")

    assert (answer.status_code, answer.json()["error"]) == (404, "unknown_task")


async def test_tasks_are_paged_sorted_and_filtered(client, site):
    places = [site.root / name for name in ("a", "b", "c")]
    ids = [(await client.create(place))["id"] for place in places]
    for task_id in ids:
        await client.finished(task_id)

    newest = await client.get("/tasks", limit=2)
    oldest = await client.get("/tasks", sort="oldest", limit=2, offset=1)
    completed = await client.get("/tasks", state=["completed", "failed"])
    running = await client.get("/tasks", state="executing")

    assert [task["id"] for task in newest["tasks"]] == ids[:0:-1]
    assert (newest["total"], newest["limit"], newest["offset"]) == (3, 2, 0)
    assert [task["id"] for task in oldest["tasks"]] == ids[1:]
    assert completed["total"] == 3
    assert running == {"tasks": [], "total": 0, "limit": 50, "offset": 0}


async def test_a_page_that_cannot_be_is_refused(client):
    for query in ("limit=0", "limit=501", "offset=-1", "sort=best", "state=odd", "colour=red"):
        answer = await client.http.get(f"/tasks?{query}")
        assert (answer.status_code, answer.json()["error"]) == (422, "invalid_request"), query


async def test_a_cancelled_task_stays_cancelled(site):
    site.server = site.server.model_copy(update={"max_running_tasks": 1})
    site.script = Script(rules=SAYS_HI_OR_NOTHING)
    async with site.serve() as client:
        task = await client.create(site.workspace, ENDLESS_GOAL)
        await client.type(task["id"], "ModelCallStarted")
        answer = await client.http.delete(f"/tasks/{task['id']}")
        ended = await client.finished(task["id"])
        next_one = await client.create(site.root / "other")
        await client.finished(
            next_one["id"]
        )  # it has the only place, so that nothing of the first runs
        again = await client.http.delete(f"/tasks/{task['id']}")
        later = await client.get(f"/tasks/{task['id']}")
        events = await client.events(task["id"])

    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert ended["state"] == later["state"] == "cancelled"
    assert events[-1]["type"] == "TaskCancelled"
    assert not (site.workspace / "hello.txt").exists()
    assert again.status_code == 409
    assert "cancelled" in again.json()["detail"]
    assert again.json()["task_id"] == task["id"]


async def test_more_tasks_than_places_wait_their_turn(site):
    site.server = site.server.model_copy(update={"max_running_tasks": 1})
    site.script = Script(rules=(Rule(reply=Reply(delay_seconds=3600)),))
    async with site.serve() as client:
        first = await client.create(site.workspace)
        await client.type(first["id"], "ModelCallStarted")
        second = await client.create(site.workspace)
        third = await client.create(site.workspace)
        health = await client.get("/health")
        seen = await client.get(f"/tasks/{second['id']}")
        await client.http.delete(f"/tasks/{third['id']}")
        await client.http.delete(f"/tasks/{first['id']}")
        await client.type(second["id"], "ModelCallStarted")
        await client.http.delete(f"/tasks/{second['id']}")

    assert health["running"] == [first["id"]]
    assert health["queued"] == [second["id"], third["id"]]
    assert (seen["is_queued"], seen["is_running_here"]) == (True, False)


async def test_tasks_run_side_by_side(site):
    site.script = Script(rules=(Rule(reply=Reply(delay_seconds=3600)),))
    async with site.serve() as client:
        tasks = [await client.create(site.workspace) for _ in range(3)]
        await asyncio.gather(*(client.type(task["id"], "ModelCallStarted") for task in tasks))
        health = await client.get("/health")

    assert set(health["running"]) == {task["id"] for task in tasks}


async def test_subtasks_and_their_traces_are_read(client, site):
    task = await client.create(site.workspace)
    await client.finished(task["id"])
    path = f"/tasks/{task['id']}/subtasks"

    subtasks = await client.get(path)
    one = await client.get(f"{path}/{subtasks[0]['id']}")
    first = await client.get(f"{path}/{subtasks[0]['id']}/trace", limit=3)
    rest = await client.get(f"{path}/{subtasks[0]['id']}/trace", after=first["next_after"])
    missing = await client.http.get(f"{path}/nothing/trace")

    assert subtasks == [one]
    assert [event["type"] for event in first["events"]][:2] == ["SubtaskStarted", "PromptAssembled"]
    assert rest["next_after"] is None
    assert "ToolCallFinished" in {event["type"] for event in rest["events"]}
    assert missing.status_code == 404


async def test_a_gated_call_waits_for_its_answer_over_http(site):
    site.script = Script(rules=turns(shell("rm -rf kept"), done()))
    (site.workspace / "kept").mkdir()
    (site.workspace / "kept" / "file").write_text("x")
    async with site.serve() as client:
        task = await client.create(site.workspace, approval_mode="manual")
        asked = (await client.type(task["id"], "ApprovalRequested"))["data"]
        path = f"/tasks/{task['id']}/approve"
        waits = await client.type(task["id"], "TaskWaiting")
        wrong = await client.http.post(path, json={"approval_id": "no", "approved": True})
        no = await client.http.post(
            path, json={"approval_id": asked["approval_id"], "approved": False, "reason": "keep it"}
        )
        again = await client.http.post(
            path, json={"approval_id": asked["approval_id"], "approved": True}
        )
        denied = await client.type(task["id"], "ToolCallDenied", after=waits["sequence"])

    assert wrong.status_code == 404
    assert no.json()["answer"] == "denied"
    assert again.status_code == 409
    assert "keep it" in denied["data"]["reason"]
    assert (site.workspace / "kept" / "file").exists()


async def test_of_several_answers_at_once_one_counts_and_the_others_hear_so(site):
    site.script = Script(rules=turns(shell("true"), done()))
    async with site.serve() as client:
        task = await client.create(site.workspace, approval_mode="manual")
        asked = (await client.type(task["id"], "ApprovalRequested"))["data"]["approval_id"]
        bodies = [
            {"approval_id": asked, "approved": approved, "reason": reason}
            for approved, reason in ((False, "first"), (True, "second"), (False, "third"))
        ]
        path = f"/tasks/{task['id']}/approve"
        answers = await asyncio.gather(*(client.http.post(path, json=body) for body in bodies))
        events = (await client.get(f"/tasks/{task['id']}/events"))["events"]

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    (decided,) = [one["data"] for one in events if one["type"] == "ApprovalDecided"]
    (taken,) = [body for body, one in zip(bodies, answers, strict=True) if one.status_code == 200]
    assert (decided["approved"], decided["reason"]) == (taken["approved"], taken["reason"])


async def test_a_question_waits_for_its_answer_over_http(site):
    site.script = Script(
        rules=turns(
            Reply.calling("ask_user", question="Which?", options=["red", "blue"]),
            write("hello.txt", "hi\n"),
            done(),
        )
    )
    async with site.serve() as client:
        task = await client.create(site.workspace)
        await client.type(task["id"], "TaskWaiting")
        asked = (await client.get(f"/tasks/{task['id']}"))["questions"][0]
        body = {"question_id": asked["id"], "answer": "2"}
        answer = await client.http.post(f"/tasks/{task['id']}/answer", json=body)
        ended = await client.finished(task["id"])
        late = await client.http.post(f"/tasks/{task['id']}/answer", json=body)

    assert (asked["question"], asked["options"]) == ("Which?", ["red", "blue"])
    assert answer.json()["answer"] == "blue"
    assert ended["state"] == "completed"
    assert late.status_code == 409
