"""A finished run played again: no model, no tool, no network, and no change of its workspace."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from loom_core.contracts.provider import ProviderEnvironment
from loom_core.engine.attempt.runner import Runner
from loom_core.engine.human.policy import ApprovalPolicy
from loom_core.engine.memory.earlier import earlier_memory
from loom_core.engine.memory.recalling import memory_of
from loom_core.engine.orchestrator import Orchestrator
from loom_core.engine.scope import TaskScope
from loom_core.errors import LoomError
from loom_core.events import ApprovalDecided, Event
from loom_core.extraction.own import own_extraction
from loom_core.hooks import Hooks, Plugin
from loom_core.planning.planner import BUILT_IN_PLANNER, Planner
from loom_core.planning.replanner import Replanner
from loom_core.replaying.difference import Difference, differences
from loom_core.replaying.equipment import Equipment
from loom_core.replaying.parts import (
    RecordedLessons,
    RecordedModels,
    RecordedPlans,
    RecordedVerdicts,
    untouchable_checks,
    untouchable_tools,
)
from loom_core.replaying.recording import Recording
from loom_core.replaying.replay_journal import ReplayJournal
from loom_core.replaying.stage import Stage
from loom_core.sandbox import UnconfinedSandbox
from loom_core.store import Entry, Store
from loom_core.types import Task
from loom_core.workspace import Workspace

_MOST_SESSIONS = 20
"""How often a run is taken up again that waited for a human."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay came to."""

    events: Sequence[Event]
    differences: Sequence[Difference]
    """Empty when it arrived at the same events."""


async def replay(recording: Recording, stage: Stage, equipment: Equipment) -> Replayed:
    """Play a run again on a stage that is as the workspace was before it.

    Raises:
        StoreError: the database of the replay cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="loom-replay-") as directory:
        store = Store.open(Path(directory) / "replay.db", durability="process")
        try:
            await _play(recording, stage, equipment, store)
            events = await store.events(recording.task.id)
        finally:
            await store.close()
    return Replayed(events, differences(recording.events, events))


async def _play(recording: Recording, stage: Stage, equipment: Equipment, store: Store) -> None:
    """Run the task until it is over, answering in the user's place what he answered."""
    task = recording.task.model_copy(update={"workspace": str(stage.root)})
    await store.create_task(task)

    open_journal = partial(ReplayJournal, recording, stage, {})  # of all sessions of the replay

    def make_scope(task: Task, fence: int) -> TaskScope:
        return _scope(
            task,
            fence,
            recording=recording,
            stage=stage,
            equipment=equipment,
            store=store,
            open_journal=open_journal,
        )

    orchestrator = Orchestrator(store, make_scope)
    for _ in range(_MOST_SESSIONS):
        try:
            await orchestrator.run(task.id)
        except LoomError:
            return  # how far it came is in the journal, which is compared
        if (await store.task(task.id)).state.is_terminal or not await _answer(recording, store):
            return


async def _answer(recording: Recording, store: Store) -> bool:
    """Give the answers that are waited for; whether there was any."""
    waiting = {
        approval.id: approval.subtask_id
        for approval in await store.approvals(recording.task.id)
        if approval.decision is None
    }
    given = [
        event
        for event in recording.events
        if isinstance(event.body, ApprovalDecided) and event.body.approval_id in waiting
    ]
    for event in given:
        entry = Entry(event.body, event.subtask_id, event.attempt)
        await store.append_unclaimed(recording.task.id, [entry])
    return bool(given)


def _scope(
    task: Task,
    fence: int,
    *,
    recording: Recording,
    stage: Stage,
    equipment: Equipment,
    store: Store,
    open_journal: Callable[..., ReplayJournal],
) -> TaskScope:
    """What the replayed run shares."""
    settings = equipment.settings
    environment = ProviderEnvironment(home=equipment.home, is_offline=True)
    return TaskScope(
        task=task,
        fence=fence,
        settings=settings,
        workspace=Workspace(stage.root, blobs=stage.blobs),
        sandbox=UnconfinedSandbox({}),
        tools=untouchable_tools(equipment.tools),
        checks=untouchable_checks(equipment.checks),
        hooks=_hooks(recording),
        router=RecordedModels(recording, settings, environment),
        store=store,
        memory=memory_of(store, task.id),
        earlier=earlier_memory(store, task),
        lessons=RecordedLessons(recording),
        ask_human=None,
        is_offline=True,
        open_journal=open_journal,
    )


def _hooks(recording: Recording) -> Hooks:
    """Loom's own parts, with recorded verdicts; no plugin runs in a replay."""
    own: dict[str, object] = {
        BUILT_IN_PLANNER: Planner(),
        "loom-replanner": Replanner(),
        "loom-runner": Runner(),
        "loom-approval-policy": ApprovalPolicy(),
        "loom-verification": RecordedVerdicts(recording),
        **own_extraction(),
    }
    plugins = [
        Plugin(name=name, implementation=part, is_builtin=True) for name, part in own.items()
    ]
    return Hooks([Plugin(name="recorded-plans", implementation=RecordedPlans(recording)), *plugins])
