"""The plan as a short tree: each subtask below the one it waits for longest, with its mark."""

from collections.abc import Mapping
from graphlib import TopologicalSorter

from loom_core.cli.progress.subtask_progress import SubtaskProgress
from loom_core.cli.terminal.line import Line
from loom_core.cli.terminal.marks import STATE_MARKS

_MOST_LINES = 20
_DEEPEST_INDENT = 6


def describe_plan(subtasks: Mapping[str, SubtaskProgress]) -> list[Line]:
    """Lines that show the plan: state, id, description, and what each subtask waits for."""
    depths = _measure_depths(subtasks)
    shown = list(subtasks.values())[:_MOST_LINES]
    lines = [_describe_subtask(progress, depths[progress.subtask.id]) for progress in shown]
    if len(subtasks) > len(shown):
        lines.append(Line(f"… and {len(subtasks) - len(shown):,} more", indent=1))
    return lines


def _describe_subtask(progress: SubtaskProgress, depth: int) -> Line:
    subtask = progress.subtask
    after = f" (after {', '.join(subtask.depends_on)})" if subtask.depends_on else ""
    return Line(
        f"{subtask.id}{after}: {subtask.description}",
        STATE_MARKS[progress.state],
        indent=min(1 + depth, _DEEPEST_INDENT),
    )


def _measure_depths(subtasks: Mapping[str, SubtaskProgress]) -> dict[str, int]:
    """Length of the longest chain of dependencies above each subtask; a plan has no cycle."""
    graph = {subtask_id: p.subtask.depends_on for subtask_id, p in subtasks.items()}
    depths: dict[str, int] = {}
    for subtask_id in TopologicalSorter(graph).static_order():
        above = graph.get(subtask_id, ())
        depths[subtask_id] = 1 + max((depths[other] for other in above), default=-1)
    return depths
