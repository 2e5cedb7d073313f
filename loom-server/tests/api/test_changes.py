"""What tasks changed, over HTTP, and taking it back."""

import asyncio
import threading

from server_site import LIMIT_SECONDS, Site

from loom_core.changes import of_task
from loom_core.changes.unified import diff_of
from loom_core.workspace.blobs import BlobStore


async def finished(client, site):
    task = await client.create(site.workspace)
    return await client.finished(task["id"])


async def test_changes_have_diffs_and_can_be_undone_and_redone(client, site):
    task = await finished(client, site)
    path = f"/tasks/{task['id']}"

    changes = await client.get(f"{path}/changes")
    diff = await client.get(f"{path}/changes/hello.txt/diff")
    look = await client.http.post(f"{path}/undo", json={"dry_run": True})
    assert (site.workspace / "hello.txt").exists()
    undone = await client.http.post(f"{path}/undo", json={})
    assert not (site.workspace / "hello.txt").exists()
    redone = await client.http.post(f"{path}/undo", json={"redo": True})

    assert [(one["path"], one["kind"]) for one in changes["changes"]] == [("hello.txt", "created")]
    assert diff["lines"][-1] == "+hi"
    assert (look.json()["done"], undone.json()["done"]) == (False, True)
    assert undone.json()["steps"][0]["action"] == "remove"
    assert redone.json()["redo"] is True
    assert (site.workspace / "hello.txt").read_text() == "hi\n"


async def test_what_somebody_else_changed_is_a_conflict_and_stays(client, site):
    task = await finished(client, site)
    (site.workspace / "hello.txt").write_text("mine\n")

    answer = await client.http.post(f"/tasks/{task['id']}/undo", json={})

    assert answer.json()["done"] is False
    assert answer.json()["conflicts"][0]["path"] == "hello.txt"
    assert "-mine" in answer.json()["conflicts"][0]["diff"]
    assert (site.workspace / "hello.txt").read_text() == "mine\n"


async def test_a_diff_of_what_was_not_changed_is_not_found(client, site):
    task = await finished(client, site)

    for path in ("other.txt", "..%2f..%2fetc%2fpasswd", "/etc/passwd"):
        answer = await client.http.get(f"/tasks/{task['id']}/changes/{path}/diff")
        assert answer.status_code == 404, path


async def test_a_large_diff_holds_up_nobody_else(client, site, monkeypatch):
    released = threading.Event()

    def slow(versions):
        assert released.wait(LIMIT_SECONDS)
        return diff_of(versions)

    monkeypatch.setattr(of_task, "diff_of", slow)
    task = await finished(client, site)
    asked = asyncio.create_task(client.get(f"/tasks/{task['id']}/diff"))

    health = await client.get("/health")
    released.set()

    assert health["status"] in {"ok", "degraded", "failing"}
    assert [one["path"] for one in (await asked)["files"]] == ["hello.txt"]


async def test_a_subtask_that_changed_nothing_cannot_be_undone(client, site: Site):
    task = await finished(client, site)

    answer = await client.http.post(f"/tasks/{task['id']}/undo", json={"subtask_id": "other"})

    assert (answer.status_code, answer.json()["error"]) == (422, "usage_error")


async def test_an_undo_waits_for_who_deletes_old_contents_in_the_same_loop(client, site):
    task = await finished(client, site)
    while (await client.get("/health"))["running"]:  # it deletes old contents by itself at its end
        pass
    with BlobStore(site.home / "blobs").alone():
        asked = asyncio.create_task(client.http.post(f"/tasks/{task['id']}/undo", json={}))
        await client.get("/health")
        assert not asked.done()
    answer = await asked

    assert answer.json()["done"] is True
