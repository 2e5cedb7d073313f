"""What may run next: a pure graph with rolling readiness, longest remaining path first."""

import heapq
import posixpath
import re
from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase
from graphlib import TopologicalSorter

from loom_core.types import Plan, Subtask


class Scheduler:
    """The ready subtasks of one version of a plan. Every operation is linear in the edges it touches.

    A subtask that declares what it writes is not handed out while one runs that declares the same;
    this alone costs a look at what runs.
    """

    def __init__(
        self, plan: Plan, *, completed: Collection[str] = (), held: Collection[str] = ()
    ) -> None:
        """Start with some subtasks completed already, as after a crash or a replan.

        Args:
            plan: a valid plan: unique ids, known dependencies, no cycle.
            completed: ids that are done and count as fulfilled dependencies.
            held: ids that must not be handed out: given up or waiting for a human.
        """
        self._subtasks = {subtask.id: subtask for subtask in plan.subtasks}
        self._dependents: dict[str, list[str]] = {name: [] for name in self._subtasks}
        self._open: dict[str, int] = {}
        self._done = {name for name in completed if name in self._subtasks}
        for subtask in plan.subtasks:
            missing = [name for name in subtask.depends_on if name not in self._done]
            self._open[subtask.id] = len(missing)
            for name in missing:
                self._dependents[name].append(subtask.id)
        self._lost: set[str] = set()
        self._writing: dict[str, Sequence[str]] = {}
        self._kept_back: list[str] = []
        self._rank = _ranks(plan)
        self._ready: list[tuple[tuple[int, int, int], str]] = []
        for name, count in self._open.items():
            if count == 0 and name not in self._done and name not in held:
                heapq.heappush(self._ready, (self._rank[name], name))

    def urgency(self, name: str) -> int:
        """How much other work waits for a subtask: a critical one's before any other's.

        Else it is the length of the longest chain of subtasks that begins with it.
        """
        is_ordinary, negative_length, _ = self._rank[name]
        return -negative_length + (0 if is_ordinary else len(self._rank))

    def take(self) -> Subtask | None:
        """The most urgent ready subtask, handed out once; None when none may start now."""
        while self._ready:
            _, name = heapq.heappop(self._ready)
            subtask = self._subtasks[name]
            if any(_overlap(subtask.write_scope, scope) for scope in self._writing.values()):
                self._kept_back.append(name)
                continue
            if subtask.write_scope:
                self._writing[name] = subtask.write_scope
            return subtask
        return None

    def release(self, name: str) -> None:
        """Note that a subtask does not run any more, however it ended: others may write its files."""
        if self._writing.pop(name, None) is None:
            return
        for waiting in self._kept_back:
            heapq.heappush(self._ready, (self._rank[waiting], waiting))
        self._kept_back.clear()

    def complete(self, name: str) -> None:
        """Note that a subtask is completed, which may make others ready."""
        self.release(name)
        self._done.add(name)
        for dependent in self._dependents.pop(name, ()):
            self._open[dependent] -= 1
            if self._open[dependent] == 0:
                heapq.heappush(self._ready, (self._rank[dependent], dependent))

    def drop(self, name: str) -> list[str]:
        """Give a subtask up; the ids of those that can no longer run because of it, in plan order.

        Each is named once, however many of those it depends on are given up.
        """
        self.release(name)
        lost: set[str] = set()
        waiting = [name]
        while waiting:
            for dependent in self._dependents.pop(waiting.pop(), ()):
                if dependent not in self._lost:
                    self._lost.add(dependent)
                    lost.add(dependent)
                    waiting.append(dependent)
        return [subtask for subtask in self._subtasks if subtask in lost]


def _overlap(these: Sequence[str], those: Sequence[str]) -> bool:
    """Whether two scopes have a path in common, as far as comparing their patterns tells."""
    return any(_is_shared(this, that) for this in these for that in those)


def _is_shared(this: str, that: str) -> bool:
    """Whether two patterns can mean the same path; a plain one means what is below it too."""
    this, that = posixpath.normpath(this), posixpath.normpath(that)
    if this == that or fnmatchcase(this, that) or fnmatchcase(that, this):
        return True
    if "." in {this, that} or this.startswith(f"{that}/") or that.startswith(f"{this}/"):
        return True
    (head, tail), (other_head, other_tail) = _ends(this), _ends(that)
    return (head.startswith(other_head) or other_head.startswith(head)) and (
        tail.endswith(other_tail) or other_tail.endswith(tail)
    )


def _ends(pattern: str) -> tuple[str, str]:
    """What a pattern says literally, before its first wildcard and after its last.

    A plain path whose last part has no extension may be a directory: anything may follow it.
    """
    parts = re.split(r"[*?]|\[[^]]*\]", pattern)
    if len(parts) == 1:
        return f"{pattern}/", pattern if posixpath.splitext(pattern)[1] else ""
    return parts[0], parts[-1]


def _ranks(plan: Plan) -> dict[str, tuple[int, int, int]]:
    """What sorts ready subtasks: marked as critical, then the longest way to the end, then order."""
    graph = {subtask.id: subtask.depends_on for subtask in plan.subtasks}
    longest = dict.fromkeys(graph, 1)
    for name in reversed(tuple(TopologicalSorter(graph).static_order())):
        for dependency in graph[name]:
            longest[dependency] = max(longest[dependency], longest[name] + 1)
    return {
        subtask.id: (not subtask.is_critical_path, -longest[subtask.id], position)
        for position, subtask in enumerate(plan.subtasks)
    }
