"""Replays for people and for programs: carried out, compared, and shown."""

import contextlib
import tempfile
from pathlib import Path

import click

from loom_core.cli.session import Session
from loom_core.cli.terminal.json_output import echo_json
from loom_core.cli.terminal.marks import DONE, WARNING
from loom_core.cli.terminal.time_text import format_count
from loom_core.errors import WorkspaceError
from loom_core.replaying.difference import Difference, differences
from loom_core.replaying.equipment import installed_equipment
from loom_core.replaying.export import write_export
from loom_core.replaying.initial_state import changes_since, set_stage
from loom_core.replaying.recording import Recording
from loom_core.replaying.replay import Replayed, replay
from loom_core.replaying.stage import Stage
from loom_core.sanitize import sanitize_line
from loom_core.settings import known_secrets
from loom_core.store import Store, TaskRecord
from loom_core.types import Task
from loom_core.workspace import BlobStore, Workspace


async def _recording_of(store: Store, record: TaskRecord) -> Recording:
    """The run of a task. Raises ``UsageError`` when it has no end to arrive at."""
    return Recording(record.task, record.state, await store.events(record.id))


async def replay_task(session: Session, store: Store, record: TaskRecord) -> Replayed:
    """Play a task's run again in a directory of its own.

    Raises:
        UsageError: the run is not over, or was cancelled.
        StoreError: a database cannot be read or written.
    """
    recording = await _recording_of(store, record)
    with tempfile.TemporaryDirectory(prefix="loom-stage-") as directory:
        stage = await _stage(session, store, recording, Path(directory))
        equipment = installed_equipment(session.settings, Path(directory) / "home")
        return await replay(recording, stage, equipment)


async def export_task(
    session: Session, store: Store, record: TaskRecord, target: Path
) -> list[Path]:
    """Write a task's run as a test into a new directory, and give the files.

    Raises:
        UsageError: the run is not over, was cancelled, does not replay, or the directory exists.
    """
    recording = await _recording_of(store, record)
    with tempfile.TemporaryDirectory(prefix="loom-stage-") as directory:
        stage = await _stage(session, store, recording, Path(directory))
        secrets = known_secrets(session.settings)
        return write_export(recording, stage, session.settings, target, secrets=secrets)


async def compare_runs(store: Store, first: TaskRecord, second: TaskRecord) -> Replayed:
    """The second run, and where it differs from the first."""
    old, new = await store.events(first.id), await store.events(second.id)
    return Replayed(new, differences(old, new))


def echo_replayed(
    record: TaskRecord, other: TaskRecord | None, found: Replayed, *, as_json: bool
) -> None:
    """Say whether two runs are the same, else where each place parts."""
    if as_json:
        echo_json(
            {
                "task_id": record.id,
                "against": other.id if other else None,
                "events": len(found.events),
                "is_same": not found.differences,
                "differences": [_value(one) for one in found.differences],
            }
        )
        return
    what = f"task {other.id}" if other else "the replay"
    count = format_count(len(found.events), "event")
    if not found.differences:
        click.echo(f"{DONE} {what} arrives at the same as task {record.id}: {count}")
        return
    click.echo(f"{WARNING} {what} goes another way than task {record.id}:")
    for one in found.differences:
        click.echo(f"  {sanitize_line(str(one))}")


async def _stage(session: Session, store: Store, recording: Recording, directory: Path) -> Stage:
    """The workspace as it was before a run, and the contents that are known."""
    stage = Stage(directory / "workspace", BlobStore(directory / "blobs"))
    stage.root.mkdir()
    changes = await changes_since(store, recording.task)
    kept = session.open_blobs()
    held = {one for item in changes for one in (item.change.before, item.change.after)}
    for digest in held | recording.pictures():
        with contextlib.suppress(KeyError):
            stage.know(kept.get(digest))
    await set_stage(stage, _workspace(session, recording.task), changes)
    return stage


def _workspace(session: Session, task: Task) -> Workspace | None:
    """The workspace as it is now; None when it is not there any more."""
    try:
        return session.open_workspace(Path(task.workspace))
    except WorkspaceError:
        return None


def _value(one: Difference) -> dict[str, object]:
    """A difference for programs."""
    return {
        "subtask_id": one.place[0],
        "attempt": one.place[1],
        "event": one.number,
        "sequence": one.sequence,
        "expected": one.expected,
        "found": one.found,
        "field": one.field,
        "expected_value": one.expected_value,
        "found_value": one.found_value,
    }
