"""What may run next: a pure graph with rolling readiness, longest remaining path first."""

import heapq
from collections.abc import Collection
from graphlib import TopologicalSorter

from loom_core.types import Plan, Subtask


class Scheduler:
    """The ready subtasks of one version of a plan. Every operation is linear in the edges it touches."""

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
        self._rank = _ranks(plan)
        self._ready: list[tuple[tuple[int, int, int], str]] = []
        for name, count in self._open.items():
            if count == 0 and name not in self._done and name not in held:
                heapq.heappush(self._ready, (self._rank[name], name))

    @property
    def has_ready(self) -> bool:
        """Whether a subtask waits for nothing but a free slot."""
        return bool(self._ready)

    def take(self) -> Subtask | None:
        """The most urgent ready subtask, handed out once; None when none is ready."""
        if not self._ready:
            return None
        _, name = heapq.heappop(self._ready)
        return self._subtasks[name]

    def complete(self, name: str) -> None:
        """Note that a subtask is completed, which may make others ready."""
        self._done.add(name)
        for dependent in self._dependents.pop(name, ()):
            self._open[dependent] -= 1
            if self._open[dependent] == 0:
                heapq.heappush(self._ready, (self._rank[dependent], dependent))

    def drop(self, name: str) -> list[str]:
        """Give a subtask up; the ids of all that can no longer run because of it, in plan order."""
        lost: set[str] = set()
        waiting = [name]
        while waiting:
            for dependent in self._dependents.pop(waiting.pop(), ()):
                if dependent not in lost:
                    lost.add(dependent)
                    waiting.append(dependent)
        return [subtask for subtask in self._subtasks if subtask in lost]


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
