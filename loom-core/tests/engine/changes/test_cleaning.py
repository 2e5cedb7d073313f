"""Which kept contents are deleted, and that none is that is still needed."""

import os
import time

import pytest

from loom_core import events as e
from loom_core.engine.changes.cleaning import choose_blobs, clean
from loom_core.errors import StoreBusy
from loom_core.settings.shape import UndoSettings
from loom_core.store import Entry, Store
from loom_core.types import Image, Plan, Subtask, Task, ToolResult
from loom_core.workspace import Blob, BlobStore, Quarantine, Workspace, plan_undo
from loom_core.workspace.pictures import keep_pictures, show_pictures

DAY = 86_400
BLOBS = [Blob("old", 10, 1.0), Blob("middle", 10, 2.0), Blob("new", 10, 3.0)]
PICTURES = {"over": "b3Zlcg==", "paused": "cGF1c2Vk"}


def chosen(*, protected=(), useful=(), oldest=0.0, max_bytes=1000):
    doomed = choose_blobs(
        BLOBS, protected=protected, useful=useful, oldest=oldest, max_bytes=max_bytes
    )
    return [blob.sha256 for blob in doomed]


def test_nothing_goes_that_is_neither_too_old_nor_too_much():
    assert chosen() == []


def test_what_is_too_old_goes():
    assert chosen(oldest=2.5) == ["old", "middle"]


def test_of_too_much_the_oldest_goes_and_what_nobody_needs_before_it():
    assert chosen(max_bytes=20) == ["old"]
    assert chosen(max_bytes=20, useful={"old"}) == ["middle"]
    assert chosen(max_bytes=0) == ["old", "middle", "new"]


def test_what_is_protected_stays_however_old_and_much():
    assert chosen(protected={"old"}, oldest=9.0, max_bytes=0) == ["middle", "new"]


@pytest.fixture
def blobs(tmp_path):
    return BlobStore(tmp_path / "blobs")


@pytest.fixture
def quarantine(tmp_path):
    return Quarantine(tmp_path / "quarantine")


@pytest.fixture
def workspace(tmp_path, blobs):
    root = tmp_path / "work"
    root.mkdir()
    return Workspace(root, blobs=blobs)


@pytest.fixture
async def store(tmp_path):
    opened = Store.open(tmp_path / "loom.db")
    yield opened
    await opened.close()


async def put_task(store, workspace, name, *, is_over):
    """A task that overwrote a file of its name."""
    workspace.write(name, f"{name} before".encode())
    change = workspace.write(name, b"after")
    await store.create_task(Task(id=name, goal="g", workspace=str(workspace.root)))
    fence = await store.claim(name, owner="me", lease_seconds=60)
    plan = Plan(subtasks=(Subtask(id="a", description="a"),))
    result = ToolResult(text="ok", changes=(change,))
    finished = e.ToolCallFinished(step=1, call_id="c", tool="write_file", result=result)
    end = [Entry(e.TaskCompleted(summary="", confidence=1.0))] if is_over else []
    entries = [Entry(e.PlanCreated(plan=plan, source="p")), Entry(finished, "a", 1), *end]
    await store.append(name, entries, fence=fence)
    await store.release(name, fence=fence)
    return change


def make_old(blobs, sha256, *, days):
    then = time.time() - days * DAY
    os.utime(blobs.directory / sha256[:2] / sha256, (then, then))


async def test_a_stray_file_beside_the_snapshots_is_left_alone(store, workspace, blobs, quarantine):
    await put_task(store, workspace, "over", is_over=True)
    stray = blobs.directory / "snapshots" / ".DS_Store"
    stray.parent.mkdir()
    stray.write_text("x")

    await clean(store, blobs, UndoSettings(), quarantine)

    assert stray.exists()


async def test_contents_of_unfinished_tasks_stay_and_the_lost_are_named(
    store, workspace, blobs, quarantine
):
    over = await put_task(store, workspace, "over", is_over=True)
    fresh = await put_task(store, workspace, "fresh", is_over=True)
    paused = await put_task(store, workspace, "paused", is_over=False)
    for change in (over, paused):
        make_old(blobs, change.before, days=31)

    looked = await clean(store, blobs, UndoSettings(), quarantine, is_dry_run=True)
    assert over.before in blobs
    done = await clean(store, blobs, UndoSettings(), quarantine)

    assert done == looked
    assert (done.deleted, done.left, done.task_ids) == (1, 2, ("over",))
    assert over.before not in blobs
    assert fresh.before in blobs
    assert paused.before in blobs
    (conflict,) = plan_undo([over], workspace, force=True).conflicts
    assert conflict.reason == "its content before was not kept"


async def test_the_look_before_an_interrupted_call_is_kept_with_its_contents(
    store, workspace, blobs, quarantine
):
    await put_task(store, workspace, "paused", is_over=False)
    await put_task(store, workspace, "over", is_over=True)
    (workspace.root / "untouched").write_bytes(b"untouched")
    for task_id in ("paused", "over"):
        workspace.keep(workspace.snapshot(), (task_id, "a", 1, 2))

    await clean(store, blobs, UndoSettings(max_bytes=0), quarantine)

    kept = workspace.kept(("paused", "a", 1, 2))
    assert kept is not None
    assert all(known.sha256 in blobs for known in kept.paths.values())
    assert workspace.kept(("over", "a", 1, 2)) is None


async def test_a_picture_stays_for_as_long_as_its_task_may_go_on(
    store, workspace, blobs, quarantine
):
    kept = {}
    for name in ("over", "paused"):
        change = await put_task(store, workspace, name, is_over=False)
        (picture,) = keep_pictures([Image(media_type="image/png", data=PICTURES[name])], blobs)
        result = ToolResult(text="a picture", images=(picture,))
        finished = e.ToolCallFinished(step=2, call_id="d", tool="read_file", result=result)
        fence = await store.claim(name, owner="me", lease_seconds=60)
        end = [Entry(e.TaskCompleted(summary="", confidence=1.0))] if name == "over" else []
        await store.append(name, [Entry(finished, "a", 1), *end], fence=fence)
        await store.release(name, fence=fence)
        kept[name] = picture
        make_old(blobs, picture.sha256, days=31)
        assert change.before in blobs

    done = await clean(store, blobs, UndoSettings(), quarantine)

    assert (done.deleted, done.task_ids) == (1, ())
    assert show_pictures("seen", [kept["over"]], blobs) == (
        "seen\n[a picture that was shown here is not kept any more]",
        (),
    )
    _, (shown,) = show_pictures("seen", [kept["paused"]], blobs)
    assert shown.data == PICTURES["paused"]


def test_a_picture_in_the_journal_of_an_earlier_loom_is_shown_as_it_is(blobs):
    picture = Image(media_type="image/png", data=PICTURES["over"])

    assert show_pictures("seen", [picture], blobs) == ("seen", (picture,))


async def test_nothing_is_deleted_while_somebody_counts_on_it(store, blobs, quarantine):
    with blobs.in_use(), pytest.raises(StoreBusy, match="try again"):
        await clean(store, blobs, UndoSettings(), quarantine)


async def test_archives_of_what_was_planted_are_bounded_too(
    store, workspace, blobs, quarantine, tmp_path
):
    workspace.write("f", b"planted")
    old, new = (quarantine.pack(workspace.root, ["f"]).archive for _ in range(2))
    then = time.time() - 31 * DAY
    os.utime(old, (then, then))

    looked = await clean(store, blobs, UndoSettings(), quarantine, is_dry_run=True)
    assert (looked.archives, old.exists()) == (1, True)
    assert (await clean(store, blobs, UndoSettings(), quarantine)).archives == 1
    assert list((tmp_path / "quarantine").iterdir()) == [new]
    await clean(store, blobs, UndoSettings(max_bytes=0), quarantine)
    assert list((tmp_path / "quarantine").iterdir()) == []
