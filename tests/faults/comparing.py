"""A crashed and resumed run held against an uninterrupted one."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from laboratory import KILLED, Call, Experiment, Laboratory

from loom_core.testing import RequestRecord

_BEFORE_IMAGE = re.compile("[0-9a-f]{64}")
"""The name of a content that is kept for undo, outside the workspace."""
_CONCERNS = re.compile(r"(?:Write part|Review|Extract) (left|right|whole|other)\b")


@dataclass(frozen=True, slots=True)
class Reference:
    """What an uninterrupted run left, the boundaries that it passed, and what was there at each."""

    code: int
    image: dict[str, Any]
    files: dict[str, bytes]
    boundaries: Sequence[dict[str, Any]]
    root: Path
    """Where it ran."""
    snapshots: Sequence[Path]
    """A copy of each state that a kill at some boundary leaves, in order; perhaps none."""


def uninterrupted(laboratory: Laboratory, *, keeps: bool = True) -> Reference:
    """What a run leaves that nobody interrupts, and unless told otherwise what was there on the way."""
    with laboratory.experiment() as experiment:
        directory = laboratory.root / f"snapshots-of-{experiment.root.name}"
        directory.mkdir()
        call = experiment.run(snapshots=directory if keeps else None)
        assert call.code in {0, 1}, call.stderr
        return Reference(
            call.code,
            experiment.image(),
            experiment.files(),
            call.noted("commit"),
            experiment.root,
            sorted(directory.iterdir()),
        )


def crash_and_resume(
    laboratory: Laboratory, reference: Reference, crash: dict[str, Any]
) -> list[str]:
    """Crash a run at a moment and resume it; what is not as it should be, one line each."""
    with laboratory.experiment() as experiment:
        crashed = experiment.run(crash=crash)
        if crashed.code != KILLED:
            return [f"{crash}: the run never came there, it ended with {crashed.code}"]
        problems = problems_of_a_resume(experiment, reference)
    return [f"{crash}: {problem}" for problem in problems]


def restore_and_resume(laboratory: Laboratory, reference: Reference, snapshot: Path) -> list[str]:
    """Go on from what a kill leaves; what is not as it should be, one line each."""
    with laboratory.restored(snapshot, reference.root) as experiment:
        problems = problems_of_a_resume(experiment, reference)
    return [f"{snapshot.name}: {problem}" for problem in problems]


def problems_of_a_resume(experiment: Experiment, reference: Reference) -> list[str]:
    """Resume a run that was killed; what is not as it should be, one line each."""
    before = experiment.records()
    resumed = experiment.resume()
    after = experiment.records()
    return [
        *_wrong_end(resumed, before, reference),
        *differences(experiment, reference),
        *repetitions(before, after, resumed),
        *double_effects(experiment, after),
        *broken_beginnings(after, resumed),
    ]


def differences(experiment: Experiment, reference: Reference) -> Iterator[str]:
    """Where the final workspace and database are not those of an uninterrupted run."""
    files, image = experiment.files(), experiment.image()
    if files != reference.files:
        yield f"the workspace holds {files}"
    for table, wanted in reference.image.items():
        if image[table] != wanted:
            yield f"{table}: {_first_difference(image[table], wanted)}"


def repetitions(
    before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]], resumed: Call
) -> Iterator[str]:
    """What a resumed run did although its result was in the journal.

    What it did is compared with what the journal gained: each answer was asked for once, and each
    result took one run of its tool at most, none where a probe found the effect there already.
    """
    gained = _finished_calls(after) - _finished_calls(before)
    ran = Counter(_call(n["subtask"], n) for n in resumed.noted("tool", side="before"))
    yield from (f"{call} ran again" for call in ran - gained)
    answers = _answers(after) - _answers(before)
    asked = Counter(subtask_of(request) for request in resumed.requests)
    if asked != answers:
        yield f"requests {dict(asked)} for answers {dict(answers)}"
    bodies = Counter(
        json.dumps(
            [request.body["messages"], request.body.get("seed")]
        )  # samples share their messages
        for request in resumed.requests
    )
    yield from (f"asked {count} times: {body}" for body, count in bodies.items() if count > 1)


def double_effects(experiment: Experiment, records: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Files that were put in place more often than the journal says, over all calls."""
    names = [note["name"] for call in experiment.calls for note in call.noted("rename")]
    notes = [name for name in names if not _BEFORE_IMAGE.fullmatch(name)]
    changes = [
        change["path"]
        for record in records
        if record["type"] == "ToolCallFinished"
        for change in record["payload"]["result"]["changes"]
    ]
    extra = Counter(notes) - Counter(changes)
    yield from (f"{name} was written {count} times too often" for name, count in extra.items())


def double_runs(experiment: Experiment) -> Iterator[str]:
    """Calls that change something and that several processes ran."""
    notes = [
        note
        for call in experiment.calls
        for note in call.noted("tool", side="before")
        if note["tool"] != "read_file"
    ]
    ran = Counter(_call(note["subtask"], note) for note in notes)
    yield from (f"{call} ran {count} times" for call, count in ran.items() if count > 1)


def broken_beginnings(records: Sequence[dict[str, Any]], call: Call) -> Iterator[str]:
    """Requests of a call that do not begin with a prompt that the journal has for their subtask."""
    prompts: dict[str, list[list[str]]] = {}
    for record in records:
        if record["type"] == "PromptAssembled":
            texts = [message["text"] for message in record["payload"]["prompt"]]
            prompts.setdefault(record["subtask_id"], []).append(texts)
    for request in call.requests:
        if not request.body.get("tools"):
            continue  # a question of a plugin, or the planner's
        sent = [message["content"] for message in request.body["messages"]]
        known = prompts[subtask_of(request)]
        if not any(sent[: len(prompt)] == prompt for prompt in known):
            yield f"turn {request.turn} of {subtask_of(request)!r} began with another prompt"


def subtask_of(request: RequestRecord) -> str:
    """The subtask that a request belongs to; empty for the planner's."""
    texts = [str(message["content"]) for message in request.body["messages"]]
    found = None if '"subtasks"' in texts[0] else _CONCERNS.search("\n".join(texts[:2]))
    return found[1] if found else ""


def _wrong_end(
    resumed: Call, before: Sequence[dict[str, Any]], reference: Reference
) -> Iterator[str]:
    """A task that is over is refused with a usage error and left alone; any other comes to its end."""
    was_over = any(record["type"] in {"TaskCompleted", "TaskFailed"} for record in before)
    if resumed.code != (2 if was_over else reference.code):
        yield f"the resume ended with {resumed.code}: {resumed.stderr}"
    if was_over and resumed.noted("commit"):
        yield "the resume of a task that is over wrote to its database"


def _finished_calls(records: Sequence[dict[str, Any]]) -> Counter[tuple[str, str, str]]:
    """The calls whose results are in the journal."""
    started = {_step(r): r["payload"] for r in records if r["type"] == "ToolCallStarted"}
    finished = [r for r in records if r["type"] == "ToolCallFinished" and _step(r) in started]
    return Counter(_call(r["subtask_id"], started[_step(r)]) for r in finished)


def _answers(records: Sequence[dict[str, Any]]) -> Counter[str]:
    """How many answers each subtask got; the planner's have an empty name."""
    return Counter(r["subtask_id"] for r in records if r["type"] == "ModelCallFinished")


def _step(record: dict[str, Any]) -> tuple[str, int, int]:
    return record["subtask_id"], record["attempt"], record["payload"]["step"]


def _call(subtask: str, said: dict[str, Any]) -> tuple[str, str, str]:
    """A call as a subtask, a tool and the thing that it was called with."""
    arguments = said["arguments"]
    things = (arguments.get(name) for name in ("path", "command", "source"))
    return subtask, said["tool"], next((str(one) for one in things if one), "")


def _first_difference(found: Any, wanted: Any) -> str:
    """Where two images of a table part, in short."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        name = next(n for n in sorted({*found, *wanted}) if found.get(n) != wanted.get(n))
        return f"{name}: {_first_difference(found.get(name, []), wanted.get(name, []))}"
    extra = [row for row in found if row not in wanted]
    missing = [row for row in wanted if row not in found]
    return f"too much: {json.dumps(extra)[:600]}, missing: {json.dumps(missing)[:600]}"
