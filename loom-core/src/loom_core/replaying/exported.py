"""Running an exported regression test."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from loom_core.errors import UsageError
from loom_core.events import EVENT_TYPES, Event
from loom_core.replaying.difference import Difference
from loom_core.replaying.equipment import installed_equipment
from loom_core.replaying.export import CONTENTS, EVENTS, FILES, FORMAT, NAMES, RUN
from loom_core.replaying.recording import Recording
from loom_core.replaying.replay import replay
from loom_core.replaying.stage import Stage
from loom_core.settings.shape import Settings
from loom_core.types import Task, TaskState
from loom_core.workspace import BlobStore


def differences_of_export(directory: Path) -> Sequence[Difference]:
    """Where the run in a directory that ``loom export`` wrote goes another way now.

    Raises:
        UsageError: the directory holds no run, or one in a form of a later Loom.
    """
    recording, settings = read_export(directory)
    with tempfile.TemporaryDirectory(prefix="loom-export-") as place:
        stage = Stage(Path(place) / "workspace", BlobStore(Path(place) / "blobs"))
        _set(stage, directory)
        equipment = installed_equipment(settings, Path(place) / "home")
        return asyncio.run(replay(recording, stage, equipment)).differences


def read_export(directory: Path) -> tuple[Recording, Settings]:
    """The run in a directory, and the settings that it was run with. Raises ``UsageError``."""
    try:
        run: dict[str, Any] = json.loads((directory / RUN).read_text(encoding="utf-8"))
        lines = (directory / EVENTS).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise UsageError(f"{directory} holds no exported run: {error}") from error
    if run.get("format") != FORMAT:
        raise UsageError(
            f"the run in {directory} has form {run.get('format')}, and this Loom reads {FORMAT}; "
            "export it again"
        )
    recording = Recording(
        Task.model_validate(run["task"]),
        TaskState(run["state"]),
        [_event(json.loads(line)) for line in lines],
    )
    return recording, Settings.model_validate(run["settings"])


def _event(value: dict[str, Any]) -> Event:
    """An event out of its JSON."""
    return Event(
        sequence=value["sequence"],
        task_id=value["task_id"],
        at=datetime.fromisoformat(value["at"]),
        body=EVENT_TYPES[value["type"]].model_validate(value["data"]),
        subtask_id=value["subtask_id"],
        attempt=value["attempt"],
        fence=value["fence"],
    )


def _set(stage: Stage, directory: Path) -> None:
    """Make the workspace as it was, other files being there and empty."""
    stage.root.mkdir()
    files = directory / FILES
    if files.is_dir():
        shutil.copytree(files, stage.root, dirs_exist_ok=True)
    for name in (directory / NAMES).read_text(encoding="utf-8").splitlines():
        path = stage.root / name
        if path.resolve().is_relative_to(stage.root.resolve()):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    for path in [*stage.root.rglob("*"), *(directory / CONTENTS).glob("*")]:
        if path.is_file():
            stage.know(path.read_bytes())
