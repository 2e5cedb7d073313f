"""Which files below ``.git`` tell where a repository stands, so that undo puts them back.

HEAD, references, the index, logs and what an unfinished merge or rebase keeps: these are small, and
together they decide what a repository shows. Objects are only ever added and may stay. Settings and
hooks can run code; no tool may change them, and undo does not write them either.
"""

_NOT_STATE = frozenset(
    {
        "branches",
        "config",
        "config.worktree",
        "description",
        "hooks",
        "info",
        "lfs",
        "modules",
        "objects",
        "worktrees",
    }
)
"""Names directly below ``.git`` that are left alone. Source: gitrepository-layout(5)."""


def is_in_git(relative: str) -> bool:
    """Whether a path is a ``.git``, or lies in one; letter case is ignored."""
    return any(part.casefold() == ".git" for part in relative.split("/"))


def is_git_state(relative: str) -> bool:
    """Whether a path lies in a ``.git`` and belongs to what is put back there."""
    parts = [part.casefold() for part in relative.split("/")]
    if ".git" not in parts:
        return False
    below = parts[parts.index(".git") + 1 :]
    return bool(below) and below[0] not in _NOT_STATE and ".git" not in below
