"""A finished run as a regression test that stands alone: a directory that pytest runs.

It holds the events, the files that the task touched or saw as they were before, and the names of the
others; every text without the secrets in it.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from pathlib import Path

from pydantic import JsonValue

from loom_core.errors import UsageError
from loom_core.events import (
    AttemptRolledBack,
    Event,
    EventBody,
    PromptAssembled,
    StepInDoubt,
    ToolCallFinished,
)
from loom_core.redaction import redact, redact_values
from loom_core.replaying.recording import Recording
from loom_core.replaying.stage import Stage
from loom_core.settings.shape import Settings
from loom_core.types import FileChange
from loom_core.workspace import Workspace, holds_secrets

FORMAT = 1
RUN, EVENTS, NAMES, FILES = "run.json", "events.jsonl", "names.txt", "workspace"
CONTENTS = "contents"
KEPT_SETTINGS = ("execution", "verification", "memory", "plugins")
"""Tables that decide how a run goes; the others say where things are, and stay out of a test."""
_MOST_BYTES = 200_000
"""Of one content; a larger one is named only."""
_LEFT_OUT = {"memory": {"database_path", "database_url", "durability"}}

_TEST = '''\
"""A run of Loom as it was recorded: the same answers must lead to the same events.

Goal: {goal}
"""

from pathlib import Path

from loom_core.replaying.exported import differences_of_export


def test_the_recorded_run_of_{name}():
    found = differences_of_export(Path(__file__).parent)

    assert [str(difference) for difference in found] == []
'''


def write_export(
    recording: Recording,
    stage: Stage,
    settings: Settings,
    target: Path,
    *,
    secrets: Collection[str],
) -> list[Path]:
    """Write the test into a new directory, and give its files.

    Args:
        recording: the run.
        stage: the workspace as it was before the run.
        settings: those of which the deciding tables are kept.
        target: the directory, which must not be there yet.
        secrets: values to hide beside those of the usual forms.

    Raises:
        UsageError: the directory exists.
    """
    if target.exists():
        raise UsageError(f"{target} exists already; name another directory with --output")
    target.mkdir(parents=True)
    renamed = _write_contents(recording.events, stage, target / CONTENTS, secrets)
    _write_pictures(recording, stage, target / CONTENTS)
    lines = [_line(event, secrets) for event in recording.events]
    told = "".join(f"{line}\n" for line in lines)
    for old, new in renamed.items():
        told = told.replace(old, new)
    (target / EVENTS).write_text(told, encoding="utf-8")
    (target / RUN).write_text(_run(recording, settings, secrets), encoding="utf-8")
    _write_files(recording, stage, target, secrets)
    goal = redact(" ".join(recording.task.goal.split()), secrets).replace("\\", "/")
    name = "".join(one if one.isalnum() else "_" for one in recording.task.id)
    text = _TEST.format(goal=goal.replace('"""', "'''")[:300], name=name)
    (target / f"test_{name}.py").write_text(text, encoding="utf-8")
    return sorted(path for path in target.rglob("*") if path.is_file())


def _line(event: Event, secrets: Collection[str]) -> str:
    """An event as a line of JSON."""
    value: dict[str, JsonValue] = {**event.as_json(), "fence": event.fence}
    return json.dumps(redact_values(value, secrets), ensure_ascii=False)


def _run(recording: Recording, settings: Settings, secrets: Collection[str]) -> str:
    """What is known of the run beside its events."""
    tables = {
        name: table.model_dump(mode="json", exclude=_LEFT_OUT.get(name))
        for name in KEPT_SETTINGS
        if (table := getattr(settings, name))
    }
    value: dict[str, JsonValue] = {
        "format": FORMAT,
        "state": recording.state.value,
        "task": recording.task.model_dump(mode="json") | {"workspace": "."},
        "settings": tables,
    }
    return json.dumps(redact_values(value, secrets), indent=1, ensure_ascii=False) + "\n"


def _write_files(
    recording: Recording, stage: Stage, target: Path, secrets: Collection[str]
) -> None:
    """Write the contents that matter, and the names of everything else."""
    wanted = _touched(recording.events)
    names: list[str] = []
    for entry in Workspace(stage.root).files():
        path = stage.root / entry.path
        if entry.path not in wanted or holds_secrets(entry.path) or path.is_symlink():
            names.append(entry.path)
            continue
        copied = target / FILES / entry.path
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_bytes(_redacted(path.read_bytes(), secrets))
    (target / NAMES).write_text("".join(f"{name}\n" for name in names), encoding="utf-8")


def _write_contents(
    events: Sequence[Event], stage: Stage, directory: Path, secrets: Collection[str]
) -> dict[str, str]:
    """Write what changed files held, and give the new hash of each that had secrets in it."""
    renamed: dict[str, str] = {}
    changes = (change for event in events for change in _changes(event.body))
    paths = {digest: one.path for one in changes for digest in (one.before, one.after) if digest}
    for digest, path in paths.items():
        data = stage.known(digest)
        if data is None or len(data) > _MOST_BYTES or holds_secrets(path):
            continue
        shown = _redacted(data, secrets)
        new = hashlib.sha256(shown).hexdigest()
        directory.mkdir(exist_ok=True)
        (directory / new).write_bytes(shown)
        if new != digest:
            renamed[digest] = new
    return renamed


def _write_pictures(recording: Recording, stage: Stage, directory: Path) -> None:
    """Write the pictures that models were shown, as far as they are still kept."""
    for digest in recording.pictures():
        data = stage.known(digest)
        if data is not None:
            directory.mkdir(exist_ok=True)
            (directory / digest).write_bytes(data)


def _changes(body: EventBody) -> Sequence[FileChange]:
    """The changes of files that an event tells of."""
    match body:
        case ToolCallFinished(result=result):
            return result.changes
        case AttemptRolledBack(changes=changes) | StepInDoubt(changes=changes):
            return changes
        case _:
            return ()


def _redacted(data: bytes, secrets: Collection[str]) -> bytes:
    """A content without secrets; what is no text has nothing in it that has the form of one."""
    try:
        return redact(data.decode(), secrets).encode()
    except UnicodeDecodeError:
        return data


def _touched(events: Sequence[Event]) -> set[str]:
    """The files that the run changed, read or was shown."""
    paths: set[str] = set()
    for event in events:
        match event.body:
            case PromptAssembled(seen=seen):
                paths.update(seen)
            case ToolCallFinished(result=result):
                paths.update(change.path for change in result.changes)
                seen = result.facts.get("seen")
                paths.update(seen if isinstance(seen, dict) else ())
            case _:
                pass
    return paths
