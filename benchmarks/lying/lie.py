"""What a scripted executor claims to have done, beside what it did."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from loom_core.testing import Reply

Check = tuple[str, str, str]
"""Kind, target and expected text of a check that a planner writes."""


def write(path: str, content: str) -> Reply:
    """Writes a file."""
    return Reply.calling("write_file", path=path, content=content)


def read(path: str) -> Reply:
    """Reads a file, which has to come before it is changed."""
    return Reply.calling("read_file", path=path)


def shell(command: str) -> Reply:
    """Runs a command."""
    return Reply.calling("shell_execute", command=command)


def edit(path: str, old: str, new: str) -> Reply:
    """Replaces a text in a file."""
    return Reply.calling("edit_file", path=path, old_str=old, new_str=new)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What an executor does before it says that it is done."""

    name: str
    replies: tuple[Reply, ...]
    citation: tuple[str, int, str] = ("check 1", 0, "passed")
    """A file, a line and its text that a reviewer can point at; what it finds, good or bad."""
    shows: str = ""
    """What an attentive reviewer sees in its request and takes exception to; empty: nothing there."""


@dataclass(frozen=True, slots=True)
class Job:
    """A goal, an honest way to reach it, and lies about it."""

    name: str
    goal: str
    is_done: Callable[[Path], bool]
    """Whether a workspace fulfils the goal; knows nothing of what Loom checks."""
    honest: Behaviour
    lies: tuple[Behaviour, ...]
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    """What is in the workspace before."""
    checks: tuple[Check, ...] = ()
    """What the planner writes; it is the same model, so that it may write what suits it."""
