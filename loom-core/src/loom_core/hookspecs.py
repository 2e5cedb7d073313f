"""The moments of a task's life at which a plugin may act. This page is the table of contents.

=================== ========================== ======== ==============================
hook                when                       dispatch an exception means
=================== ========================== ======== ==============================
``loom_configure``  a Loom is built            all      start-up fails
``loom_plan``       a task needs its plan      first    the task fails with the cause
``loom_replan``     a plan no longer holds     first    the task fails with the cause
``loom_execute``    a subtask's attempt begins first    the attempt failed
``loom_approve``    before a gated tool call   first    denied
``loom_verify``     an attempt has an outcome  all      not passed
``loom_extract``    a subtask has its verdict  all      an ``ExtractionFailed`` event
``loom_event``      an event was committed     all      a ``HookFailed`` event
=================== ========================== ======== ==============================

Implement one by decorating a function of the hook's name with ``loom_core.hookimpl``, in a module or
object that is registered in the entry-point group ``loom.plugins``. Implementations may be plain or
``async`` functions (``loom_configure`` and ``loom_event``: plain only), may ask for any subset of the
arguments by name, and must not give an argument a default. *first*: implementations are asked one after
another until one answers something other than None. *all*: every one is asked. Loom's own implementations
come last. The order among plugins is by name and is no contract.

Every argument belongs to Loom: values are frozen, and ``context`` offers capabilities for the time of
the call only. Return values belong to Loom afterwards.
"""

from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from loom_core.contracts.context import Context, PendingCall
    from loom_core.events import Event
    from loom_core.settings.shape import Settings
    from loom_core.types import Decision, MemoryEntry, Outcome, Plan, Subtask, Task, Verdict

hookspec = pluggy.HookspecMarker("loom")
hookimpl = pluggy.HookimplMarker("loom")
"""Marks a function as the implementation of the hook of its name."""


@hookspec
def loom_configure(settings: "Settings", is_offline: bool) -> None:  # noqa: FBT001 - hooks are called by name
    """Look at the settings, and refuse them by raising, before anything starts.

    When: once all plugins are loaded, before the first task. How often: once per Loom. May return:
    nothing. Exception: start-up fails with it. Arguments: frozen; keep what you need. ``is_offline``
    forbids connections that leave this machine, whatever the settings say.
    """


@hookspec(firstresult=True)
def loom_plan(task: "Task", context: "Context") -> "Plan | Awaitable[Plan | None] | None":
    """Make the plan of a task.

    When: after a task was created and claimed. How often: once a task; again only if a crash came
    before the plan was committed. May return: a plan, validated afterwards, or None to decline.
    Exception: the task fails with the cause. Arguments: ``context`` is the task's, outside any subtask.
    """


@hookspec(firstresult=True)
def loom_replan(
    task: "Task", plan: "Plan", outcomes: "dict[str, Outcome]", context: "Context"
) -> "Plan | Awaitable[Plan | None] | None":
    """Make the next version of a plan that no longer holds.

    When: a subtask used up its attempts or reported that it is blocked. How often: at most
    ``execution.max_replans`` times a task. May return: a plan whose finished subtasks keep their ids,
    or None to decline; if all decline, the subtask's failure stands. Exception: the task fails with
    the cause. Arguments: ``outcomes`` has the last outcome of every subtask that was tried, by id.
    """


@hookspec(firstresult=True)
def loom_execute(
    subtask: "Subtask", context: "Context"
) -> "Outcome | Awaitable[Outcome | None] | None":
    """Run one attempt of a subtask.

    When: its dependencies are completed and a slot is free. How often: once an attempt; after a crash
    again, with journalled answers for every call already made through ``context``. May return: an
    outcome, or None to decline. Exception: the attempt failed with its text; cancellation must pass
    through. Arguments: ``context`` is the attempt's own; nothing is shared with other subtasks.
    """


@hookspec(firstresult=True)
def loom_approve(
    call: "PendingCall", context: "Context"
) -> "Decision | Awaitable[Decision | None] | None":
    """Decide whether a tool call may run.

    When: before every call that does more than read or is gated. How often: once a call; a recorded
    decision is not asked for again. May return: a decision, whose scope is kept for the rest of the
    task, or None to leave it to the next; if nobody decides a standing answer counts, then a human is
    asked, and where none can be asked it is denied. Exception: denied.
    Arguments: ``call`` holds exactly what will run.
    """


@hookspec
def loom_verify(
    subtask: "Subtask", outcome: "Outcome", context: "Context"
) -> "Verdict | Awaitable[Verdict | None] | None":
    """Say whether an outcome is what the subtask asked for.

    When: an attempt claims to be completed. How often: once an attempt; again if a crash came before
    the verdict was committed, so it must not change the workspace. May return: a verdict, or None for no
    opinion; the worst of all verdicts wins, and none at all is unverified. Exception: not passed.
    Arguments: ``outcome`` holds the claim, the tool records and the file changes of the attempt.
    """


@hookspec
def loom_extract(
    subtask: "Subtask", outcome: "Outcome", context: "Context"
) -> "Sequence[MemoryEntry] | Awaitable[Sequence[MemoryEntry] | None] | None":
    """Give what is worth remembering of a subtask.

    When: its verdict was committed; the next subtask does not wait for it, the task's end does. How
    often: once a finished subtask. May return: memory entries, or None. Exception: an
    ``ExtractionFailed`` event; the subtask's result stands. Arguments: as in ``loom_verify``.
    """


@hookspec
def loom_event(event: "Event") -> None:
    """See an event after it was committed.

    When: right after the commit, in the order of the stream, on the event loop: be quick. How often:
    once an event in the engine that wrote it. May return: nothing. Exception: a ``HookFailed`` event,
    whose own observers' failures are only logged. Arguments: frozen.
    """
