"""What became of a git command that a crash interrupted, by comparing the repository with its intent."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from loom_core.contracts.tool import Happened
from loom_core.sandbox import CommandResult
from loom_tools.git.command_line import GitCommandLine
from loom_tools.git.references import git_directory

Look = Callable[[GitCommandLine], Awaitable[CommandResult]]
"""Runs a git command that only reads."""

_TALKING = frozenset({"fetch", "push"})
"""Subcommands of which a second run does what the first one left undone, and else nothing."""
_REPEATABLE = _TALKING | {"add", "branch", "checkout", "merge", "switch", "tag"}
"""Subcommands that have not happened while no reference moved; what they did to files and index before,
a second run finds done or is refused by git."""
_UNDER_WAY = (
    *("index.lock", "HEAD.lock", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"),
    *("rebase-merge", "rebase-apply", "sequencer"),
)
"""What git leaves where a command ended in its middle."""
_STEERING = ("abort", "continue", "quit", "skip")


def intended(line: GitCommandLine, root: Path, found: Mapping[str, str]) -> dict[str, JsonValue]:
    """What has to be known later to tell whether a command happened; nothing for most of them.

    Args:
        line: the command.
        root: the workspace.
        found: its references, with ``HEAD``.
    """
    if line.subcommand not in _REPEATABLE or line.has(*_STEERING) or is_under_way(root):
        return {}
    facts: dict[str, JsonValue] = {"references": _digest(line.subcommand, root, found)}
    if line.subcommand == "merge" and len(line.operands) == 1:
        facts["merged"] = _commit_of(line.first, found)
    return facts


async def happened(
    line: GitCommandLine, facts: Mapping[str, Any], root: Path, now: Mapping[str, str], look: Look
) -> Happened:
    """Whether the command with this intent ran; in doubt where nothing tells."""
    before = facts.get("references")
    if not before or is_under_way(root):
        return Happened.IN_DOUBT
    if before == _digest(line.subcommand, root, now):
        return Happened.NOT_YET
    merged = facts.get("merged")
    if merged and await _is_merged(str(merged), look):
        return Happened.DONE
    return Happened.IN_DOUBT


def is_under_way(root: Path) -> bool:
    """Whether a git command stopped in its middle, or runs now, or nobody can tell."""
    place = git_directory(root)
    return place is None or any((place / name).exists() for name in _UNDER_WAY)


def _digest(subcommand: str, root: Path, found: Mapping[str, str]) -> str:
    """What tells all references that the command is about, and which branch is checked out."""
    place = git_directory(root)
    head = (place / "HEAD").read_bytes() if place else b""
    own = {
        name: commit
        for name, commit in found.items()
        if subcommand not in _TALKING or not name.startswith("refs/remotes/")
    }
    said = json.dumps([own, head.decode("utf-8", "replace")], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _commit_of(operand: str, found: Mapping[str, str]) -> str:
    """The commit that a name leads to; empty when it is no name of a reference."""
    places = (f"refs/tags/{operand}", f"refs/heads/{operand}", f"refs/remotes/{operand}")
    return next((found[name] for name in places if name in found), "")


async def _is_merged(commit: str, look: Look) -> bool:
    """Whether a commit is in the history of what is checked out."""
    words = ("merge-base", "--is-ancestor", commit, "HEAD")
    line = GitCommandLine(words, "merge-base", frozenset(), (), has_separator=False)
    return (await look(line)).exit_code == 0
