"""What a git command does: whether it only looks, and why a person should agree to it first."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from loom_core.errors import ErrorCategory, ToolFailed
from loom_tools.git.command_line import GitCommandLine

_READING = frozenset(
    {
        *("blame", "cat-file", "check-ignore", "cherry", "config", "count-objects", "describe"),
        *("diff", "diff-tree", "for-each-ref", "fsck", "grep", "log", "ls-files", "ls-tree"),
        *("merge-base", "name-rev", "range-diff", "remote", "rev-list", "rev-parse", "shortlog"),
        *("show", "show-ref", "status", "version", "worktree"),
    }
)
_NAME = re.compile(r"\w[\w.-]*(/[\w.-]+)*")
_BRANCH_CHANGES = ("d", "D", "delete", "m", "M", "move", "c", "C", "copy", "f", "force")
_TAG_CHANGES = ("d", "delete", "a", "annotate", "m", "message", "F", "file", "f", "force")
_STASHES = frozenset({"apply", "clear", "drop", "list", "pop", "push", "save", "show"})
_TALKS_TO_OTHERS = frozenset({"fetch", "pull", "push"})


@dataclass(frozen=True, slots=True)
class Effect:
    """What a command does."""

    only_reads: bool
    reason: str = ""
    """Why a person has to agree first; empty when nobody has to."""


def effect_of(line: GitCommandLine, is_path: Callable[[str], bool]) -> Effect:
    """What a command does.

    Args:
        line: a command that may be given.
        is_path: whether an operand names a file or directory of the workspace.

    Raises:
        ToolFailed: its operands ask for something that is not allowed.
    """
    _refuse_operands(line)
    if line.subcommand in _READING or _only_lists(line):
        return Effect(only_reads=True)
    return Effect(only_reads=False, reason=_reason(line, is_path))


def _only_lists(line: GitCommandLine) -> bool:
    """Whether a subcommand that can change something only shows something."""
    if line.subcommand == "branch":
        return not line.has(*_BRANCH_CHANGES) and (not line.operands or line.has("l", "list"))
    if line.subcommand == "tag":
        return not line.has(*_TAG_CHANGES) and (not line.operands or line.has("l", "list"))
    if line.subcommand == "stash":
        return line.first in {"list", "show"}
    if line.subcommand == "reflog":
        return line.first not in {"expire", "delete"}
    return False


def _refuse_operands(line: GitCommandLine) -> None:
    """Stop what the options do not tell."""
    name, first = line.subcommand, line.first
    if name == "config" and not line.has("get", "get-all"):
        raise _refused("git config only reads here, with --get; settings are changed by a person")
    if name == "remote" and (line.operands and first != "get-url"):
        raise _refused("git remote only shows here: remote -v, remote get-url NAME")
    if name == "worktree" and first != "list":
        raise _refused("git worktree only lists here: worktree list")
    if name == "stash" and line.operands and first not in _STASHES:
        raise _refused(
            f"git stash {first} is not allowed; allowed are: {', '.join(sorted(_STASHES))}"
        )
    if name == "init" and any(not _is_inside(path) for path in line.operands):
        raise _refused("git init only makes repositories in the workspace")
    if name in _TALKS_TO_OTHERS and line.operands:
        _refuse_remote(line)


def _refuse_remote(line: GitCommandLine) -> None:
    """Stop addresses in place of names, and references that overwrite or delete what others have."""
    if not _NAME.fullmatch(line.first):
        raise _refused(f"{line.first!r} is not the name of a remote; addresses are not allowed")
    for reference in line.operands[1:]:
        if reference.startswith("+"):
            raise _refused(f"{reference} would overwrite what others have; push without the +")
        if reference.startswith(":"):
            raise _refused(f"{reference} would delete a branch of others; a person has to do that")


def _is_inside(path: str) -> bool:
    """Whether a path stays below the directory that it is seen from."""
    return not path.startswith(("/", "~")) and ".." not in path.split("/")


def _reason(line: GitCommandLine, is_path: Callable[[str], bool]) -> str:
    """Why a person has to agree; empty when nobody has to."""
    name = line.subcommand
    if name in _TALKS_TO_OTHERS:
        return "it sends commits elsewhere" if name == "push" else "it contacts another machine"
    if name in {"checkout", "switch"}:
        return _reason_to_stay(line, is_path)
    for subcommand, applies, reason in _DESTRUCTIVE:
        if name == subcommand and applies(line):
            return reason
    return ""


def _reason_to_stay(line: GitCommandLine, is_path: Callable[[str], bool]) -> str:
    """Why a person has to agree to leave the files as they are."""
    if line.has("f", "force", "discard-changes", "ours", "theirs", "p"):
        return "it throws away changes of files"
    if line.has("B", "C", "force-create"):
        return "it moves a branch away from its commits"
    if line.subcommand == "switch" or line.has("b", "orphan"):
        return ""
    has_paths = line.has_separator or len(line.operands) > 1
    if has_paths or any(is_path(operand) or _is_pattern(operand) for operand in line.operands):
        return "it throws away changes of files"
    return ""


def _is_pattern(operand: str) -> bool:
    """Whether git may take an operand for a pattern of paths."""
    return operand.startswith(":") or any(sign in operand for sign in "*?[")


def _never(*names: str) -> Callable[[GitCommandLine], bool]:
    """A test for a command without these options."""
    return lambda line: not line.has(*names)


def _any(*names: str) -> Callable[[GitCommandLine], bool]:
    """A test for a command with one of these options."""
    return lambda line: line.has(*names)


def _first(*names: str) -> Callable[[GitCommandLine], bool]:
    """A test for a command that begins with one of these operands."""
    return lambda line: line.first in names


def _restores_files(line: GitCommandLine) -> bool:
    """Whether ``restore`` touches files and not only what is staged."""
    return line.has("W", "worktree") or not line.has("S", "staged")


_DESTRUCTIVE: tuple[tuple[str, Callable[[GitCommandLine], bool], str], ...] = (
    ("reset", _any("hard", "merge", "keep"), "it throws away changes of files"),
    ("clean", _never("n", "dry-run"), "it deletes files that git does not know"),
    ("restore", _restores_files, "it throws away changes of files"),
    ("rm", _any("f", "force"), "it deletes files with changes"),
    ("mv", _any("f", "force"), "it overwrites files"),
    ("branch", _any("D", "M", "C", "f", "force"), "it can lose the commits of a branch"),
    ("tag", _any("d", "delete", "f", "force"), "it moves or deletes a tag"),
    ("stash", _first("drop", "clear"), "it deletes stashed changes"),
    ("reflog", _first("expire", "delete"), "it deletes the way back to commits"),
    ("gc", _any("prune"), "it deletes commits that no branch leads to"),
    ("rebase", _never("abort", "quit", "show-current-patch"), "it rewrites commits"),
    ("merge", _any("abort"), "it throws away changes of files"),
    ("rebase", _any("abort"), "it throws away changes of files"),
    ("cherry-pick", _any("abort"), "it throws away changes of files"),
    ("revert", _any("abort"), "it throws away changes of files"),
)


def _refused(reason: str) -> ToolFailed:
    """A command that is not run."""
    return ToolFailed(reason, ErrorCategory.SAFETY)
