"""Finding out, without resuming a task, what the calls changed that a crash cut off."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from loom_core.contracts.tool import Happened, RecoveryClass, Risk, Tool, ToolContext
from loom_core.dialects import ArgumentsRejected, validate_arguments
from loom_core.engine.changes.leftovers import clear_leftovers
from loom_core.engine.changes.watching import CallKey, Watch
from loom_core.engine.journal import FinishedStep
from loom_core.engine.owner import is_alive
from loom_core.errors import LoomError
from loom_core.events import Event, EventBody, StepInDoubt, ToolCallFinished, ToolCallStarted
from loom_core.sandbox import UnconfinedSandbox
from loom_core.store import Entry, Store
from loom_core.workspace import Workspace

LoadTool = Callable[[str], Tool[Any]]
"""Gives an installed tool by its name; raises ``PluginError``."""


async def settle_interrupted(
    store: Store, task_id: str, workspace: Workspace, load_tool: LoadTool
) -> list[str]:
    """Journal what interrupted calls changed, as a resume would, and never run one again.

    Args:
        store: has the journal.
        task_id: a task that nobody works on.
        workspace: where it worked.
        load_tool: gives the tools whose own probe can tell.

    Returns:
        The names of the tools of which nobody can tell what they changed.
    """
    doubtful: list[str] = []
    for event, started in open_calls(await store.events(task_id)):
        if not started.has_effect:
            continue
        end = await _settled(event, started, store, workspace, load_tool)
        if isinstance(end, EventBody):
            entry = Entry(end, event.subtask_id, event.attempt)
            await store.append_unclaimed(task_id, [entry], is_alive=is_alive)
            await asyncio.to_thread(workspace.forget, _key(event, started))
        elif end is not Happened.NOT_YET:
            doubtful.append(started.tool)
    return doubtful


async def clear_interrupted(store: Store, task_id: str, workspace: Workspace) -> None:
    """Take away what calls left that a crash cut off before they had their effect.

    Only after ``settle_interrupted``, which records those that had it.
    """
    calls = [started for _, started in open_calls(await store.events(task_id))]
    if not any(started.has_effect for started in calls):
        return
    await asyncio.to_thread(workspace.remove_temporaries)
    for started in calls:
        await asyncio.to_thread(clear_leftovers, started.intent, workspace)


def interrupted_tools(events: Sequence[Event]) -> list[str]:
    """The names of the tools of calls with an effect that a crash cut off; journals nothing."""
    return [started.tool for _, started in open_calls(events) if started.has_effect]


def open_calls(events: Sequence[Event]) -> list[tuple[Event, ToolCallStarted]]:
    """The intents of tool calls whose end was never recorded, in order."""
    waiting: dict[tuple[str, int, int], tuple[Event, ToolCallStarted]] = {}
    for event in events:
        body = event.body
        if isinstance(body, ToolCallStarted):
            waiting[event.subtask_id, event.attempt, body.step] = (event, body)
        elif isinstance(body, FinishedStep):
            waiting.pop((event.subtask_id, event.attempt, body.step), None)
    return list(waiting.values())


def _key(event: Event, started: ToolCallStarted) -> CallKey:
    """What the look before a call is kept under."""
    return event.task_id, event.subtask_id, event.attempt, started.step


async def _settled(
    event: Event,
    started: ToolCallStarted,
    store: Store,
    workspace: Workspace,
    load_tool: LoadTool,
) -> EventBody | Happened:
    """The end of an interrupted call, or that it did not happen, or that nobody can tell."""
    if started.recovery == RecoveryClass.CONTENT:
        return await _probed(event, started, workspace, load_tool)
    watch = Watch(workspace, _key(event, started), is_command=_is_command(started, load_tool))
    if not await watch.take_up():
        return Happened.IN_DOUBT
    by_others = [
        record.change
        for record in await store.changes(event.task_id)
        if record.sequence > event.sequence and record.subtask_id != event.subtask_id
    ]
    changes = tuple(await watch.found(by_others))
    return StepInDoubt(
        step=started.step, call_id=started.call_id, tool=started.tool, changes=changes
    )


def _is_command(started: ToolCallStarted, load_tool: LoadTool) -> bool:
    """Whether what a call changed is a command's doing; a tool that is gone is taken for one."""
    try:
        return load_tool(started.tool).risk is Risk.EXECUTE
    except LoomError:
        return True


async def _probed(
    event: Event, started: ToolCallStarted, workspace: Workspace, load_tool: LoadTool
) -> EventBody | Happened:
    """The result that the call would have given, if its tool can tell that it happened."""
    context = ToolContext(
        event.task_id, event.subtask_id, workspace, UnconfinedSandbox({}), seen_files={}
    )
    try:
        tool = load_tool(started.tool)
        valid = validate_arguments(tool.arguments_model, started.arguments)
        probe = await tool.probe(valid, started.intent, context)
    except (ArgumentsRejected, LoomError, OSError):
        return Happened.IN_DOUBT
    if probe.result is None:
        return probe.happened
    return ToolCallFinished(
        step=started.step,
        call_id=started.call_id,
        tool=started.tool,
        result=probe.result,
        recovery=started.recovery,
    )
