"""``loom diff``, ``undo`` and ``resume`` at a server: from the command line over HTTP to the disk."""

import json
from contextlib import contextmanager

from server_site import ENDLESS_GOAL, SAYS_HI_OR_NOTHING, Site

from loom_core.cli.run.interruption import Interruption
from loom_core.testing import Reply, Rule, Script
from loom_server.api.routes import changes

LOCAL = ("--server", "local")


async def test_what_a_task_changed_is_shown_by_the_server_as_by_the_database(
    site: Site, loom, without_a_database, monkeypatch
):
    monkeypatch.setattr(changes, "PAGE_CHARACTERS", 1)  # so that each file is a page of its own
    site.script = Script(rules=two_files())
    async with site.serve() as client:
        await client.finished((await client.create(site.workspace))["id"])
        here = await loom("diff", "last", "--json", "--server", "none")
        without_a_database()
        there = await loom("diff", "last", "--json")
        patch = await loom("diff", "last", *LOCAL, "--file", "hello.txt")
        stat = await loom("diff", "last", *LOCAL, "--stat")
        wrong = await loom("diff", "last", *LOCAL, "--file", "nothing.txt")

    assert there == here
    assert [one["path"] for one in json.loads(there[1])["files"]] == ["hello.txt", "more.txt"]
    assert "+++ b/hello.txt\n@@ -0,0 +1 @@\n+hi\n" in patch[1]
    assert "more.txt" not in patch[1]
    assert "2 files" in stat[1]
    assert (wrong[0], "no change of file 'nothing.txt'" in wrong[2]) == (2, True)


async def test_what_a_task_changed_is_undone_at_a_server(site: Site, loom, without_a_database):
    file = site.workspace / "hello.txt"
    async with site.serve() as client:
        task = await client.create(site.workspace)
        await client.finished(task["id"])
        without_a_database()
        looked = await loom("undo", "last", *LOCAL, "--dry-run")
        was_there = file.exists()
        undone = await loom("undo", task["id"][:-2], "--server", client.url, "--json")
        is_gone = not file.exists()
        redone = await loom("undo", "last", *LOCAL, "--redo")
        again = file.read_text()
        file.write_text("mine\n")
        held_up = await loom("undo", "last", *LOCAL)
        mine = file.read_text()
        forced = await loom("undo", "last", *LOCAL, "--force")
        nothing = await loom("undo", "last", *LOCAL)
        database = await loom("undo", "last")

    assert (looked[0], "would remove hello.txt" in looked[1], was_there) == (0, True, True)
    assert (undone[0], json.loads(undone[1])["done"], is_gone) == (0, True, True)
    assert forced[2].endswith(f"undo {task['id']} --redo --server local\n")
    assert (redone[0], again) == (0, "hi\n")
    assert (held_up[0], "    -mine" in held_up[1], mine) == (1, True, "mine\n")
    assert "--force" in held_up[2]
    assert (forced[0], file.exists()) == (0, False)
    assert "nothing to undo" in nothing[1]
    assert "nobody may open the database" in database[2]


async def test_a_paused_task_is_resumed_at_a_server_and_reported_here(
    site: Site, loom, without_a_database, monkeypatch
):
    @contextmanager
    def no_signals(
        run, announce
    ):  # they belong to the main thread, where the server is in this test
        yield Interruption(run, announce)

    monkeypatch.setattr("loom_core.cli.run.on_server.stop_on_signal", no_signals)
    site.server = site.server.model_copy(update={"max_running_tasks": 1})
    site.script = Script(rules=SAYS_HI_OR_NOTHING)
    async with site.serve() as client:
        first = await client.create(site.workspace, ENDLESS_GOAL)
        await client.type(first["id"], "ModelCallStarted")
        second = await client.create(site.workspace)
        without_a_database()
        paused = await loom("pause", second["id"], *LOCAL)
        refused = await loom("resume", second["id"], *LOCAL, "--offline")
        await client.http.delete(f"/tasks/{first['id']}")
        resumed = await loom("resume", second["id"], *LOCAL, "--json")
        over = await loom("resume", second["id"], *LOCAL)

    assert paused[1].endswith(f"resume {second['id']} --server local\n")
    assert (refused[0], "--offline" in refused[2]) == (2, True)
    assert resumed[0] == 0, resumed[2]
    result = json.loads(resumed[1].splitlines()[-1])
    assert result["state"] == "completed"
    assert result["next"]["undo"].endswith(f"undo {second['id']} --server local")
    assert (site.workspace / "hello.txt").read_text() == "hi\n"
    assert (over[0], "completed" in over[2]) == (1, True)


def two_files():
    """Rules that write two files."""
    write = [
        Reply.calling("write_file", path=path, content="hi\n") for path in ("more.txt", "hello.txt")
    ]
    replies = [*write, Reply.calling("complete", summary="did it")]
    return tuple(Rule(turn=turn, reply=reply) for turn, reply in enumerate(replies))
