"""Options of ``bwrap``: what a command is cut off from, and the file system that it sees."""

from pathlib import Path

from loom_core.sandbox.toolchains import ETC_NAMES, SYSTEM_DIRECTORIES, Toolchains
from loom_core.workspace.secrets import secret_files

HOME = "/run/loom/home"
"""The home directory inside the sandbox; it is empty and goes away with the command."""

PROGRAMS = "/run/loom/bin"
"""Where the sandbox finds ``python`` and ``python3`` when the search path has none."""
_SCRATCH_BYTES = 1024**3


def namespaces(*, network: bool) -> list[str]:
    """Options that cut the command off from processes, network and terminal."""
    shared = ["--share-net"] if network else []
    return [
        "--unshare-all",
        *shared,
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
        "--hostname",
        "loom",
    ]


def file_system(toolchains: Toolchains) -> list[str]:
    """Options that build the file system around the workspace."""
    options: list[str] = []
    for directory in SYSTEM_DIRECTORIES:
        options += _read_only(Path(directory))
    for name in ETC_NAMES:
        options += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    options += ["--proc", "/proc", "--dev", "/dev"]
    for scratch in ("/dev/shm", "/tmp", "/var/tmp", HOME):  # noqa: S108 - inside the sandbox
        options += ["--size", str(_SCRATCH_BYTES), "--tmpfs", scratch]
    # Read-only as a whole: for a command of root, bwrap leaves /proc/sys writable by itself.
    options += ["--remount-ro", "/proc", "--remount-ro", "/dev"]
    if toolchains.python:
        for name in ("python", "python3"):
            options += ["--symlink", toolchains.python, f"{PROGRAMS}/{name}"]
    for directory in toolchains.directories:
        options += ["--ro-bind-try", directory, directory]  # it may go away while Loom runs
    return options


def _read_only(directory: Path) -> list[str]:
    """Options that show a system directory as it is: a link, a directory, or not at all."""
    if directory.is_symlink():
        return ["--symlink", str(directory.readlink()), str(directory)]
    return ["--ro-bind", str(directory), str(directory)] if directory.is_dir() else []


def hidden(root: Path) -> list[str]:
    """Options that put a device which nobody may open over each file that usually holds secrets."""
    return [part for path in secret_files(root) for part in ("--ro-bind", "/dev/null", str(path))]
