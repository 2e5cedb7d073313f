"""Which paths of a workspace a command may not change, as options of ``bwrap``."""

from collections.abc import Sequence
from pathlib import Path

from loom_core.errors import SandboxUnavailable
from loom_core.sandbox.toolchains import SYSTEM_DIRECTORIES
from loom_core.workspace.protected import PROTECTED_NAMES

MAX_MASKS = 1000
"""Protected paths that are closed one by one; a workspace with more is not confined."""

_GIT_SETTINGS = ("config", "config.worktree", "commondir", "hooks", "info", "modules", "worktrees")


def confinable(workspace: Path) -> Path:
    """The real path of a workspace that may be made writable.

    Raises:
        SandboxUnavailable: system directories are in it.
    """
    root = workspace.resolve()
    hidden = [Path(directory) for directory in (*SYSTEM_DIRECTORIES, "/etc", "/proc", "/dev")]
    if any(directory.is_relative_to(root) or root.is_relative_to("/proc") for directory in hidden):
        raise SandboxUnavailable(
            f"the workspace {root} holds system directories and cannot be confined; "
            "use a directory of your own"
        )
    return root


def masks_of(root: Path, guarded: Sequence[Path], *, may_write_git: bool) -> list[str]:
    """Options that keep the protected paths which are there read-only.

    A path that is itself a mount can be neither moved nor removed, so that nothing can be put in its
    place. That is why the git directory stays a mount of its own when git may write it.

    Raises:
        SandboxUnavailable: a protected path is a symbolic link, or there are too many.
    """
    if len(guarded) > MAX_MASKS:
        raise SandboxUnavailable(
            f"the workspace {root} holds {len(guarded)} protected paths, more than {MAX_MASKS}; "
            "use a smaller directory"
        )
    options: list[str] = []
    for path in guarded:
        if path.is_symlink():
            if path.parent == root:
                raise SandboxUnavailable(
                    f"{path} is a symbolic link, which cannot be protected from commands; "
                    "put the file itself there"
                )
        elif may_write_git and path in {root, root / ".git"} and path.is_dir():
            options += ["--bind", str(path), str(path), *_settings_of(path)]
        else:
            options += _closed(path)
    return options


def masks_of_stand_ins(root: Path) -> list[str]:
    """Options that keep the names at the root read-only where only stand-ins are."""
    return [part for name in PROTECTED_NAMES for part in _closed(root / name)]


def _settings_of(git_directory: Path) -> list[str]:
    """Options that keep what makes git run programs read-only in a writable git directory."""
    found = [git_directory / name for name in _GIT_SETTINGS]
    return [part for path in found if path.exists() for part in _closed(path)]


def _closed(path: Path) -> list[str]:
    """Options that keep a path read-only."""
    return ["--ro-bind", str(path), str(path)]
