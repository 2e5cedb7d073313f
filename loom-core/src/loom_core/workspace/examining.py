"""What is at one path below a held directory, without following the path's own symbolic link."""

import hashlib
import os

from loom_core.errors import PathRefused
from loom_core.types import FileType
from loom_core.workspace.beneath import open_directory, status_of
from loom_core.workspace.path_state import ABSENT, NO_CONTENT, PathState, file_type, known_mode
from loom_core.workspace.paths import displayed

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def state_beneath(root: int, relative: str) -> PathState:
    """What is at a path.

    Raises:
        PathRefused: the way there leads through a symbolic link, or it is a device.
        OSError: it cannot be read.
    """
    parent, _, name = relative.rpartition("/")
    try:
        directory = open_directory(root, parent or ".")
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT
    try:
        return _state(directory, name, relative)
    except FileNotFoundError:
        return ABSENT
    finally:
        os.close(directory)


def mode_beneath(root: int, relative: str) -> int:
    """The known mode of what is at a path, which need not be readable."""
    parent, _, name = relative.rpartition("/")
    directory = open_directory(root, parent or ".")
    try:
        return known_mode(os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode)
    finally:
        os.close(directory)


def own_mode(root: int, relative: str) -> int | None:
    """The known mode of a file or directory that belongs to this user.

    None for what is not there or another's, and for root, whom no mode keeps out.
    """
    try:
        facts = status_of(root, relative)
    except (OSError, PathRefused):
        return None
    return known_mode(facts.st_mode) if facts and facts.st_uid == os.geteuid() != 0 else None


def link_beneath(root: int, relative: str) -> bytes:
    """Where a symbolic link leads, as it is written in it."""
    parent, _, name = relative.rpartition("/")
    directory = open_directory(root, parent or ".")
    try:
        return link_target(directory, name)
    finally:
        os.close(directory)


def missing_parents(root: int, relative: str) -> int:
    """How many of the directories above a path are not there."""
    missing = 0
    parent = relative.rpartition("/")[0]
    while parent and status_of(root, parent) is None:
        missing += 1
        parent = parent.rpartition("/")[0]
    return missing


def _state(directory: int, name: str, relative: str) -> PathState:
    """What a name of an open directory is."""
    facts = os.stat(name, dir_fd=directory, follow_symlinks=False)
    mode = known_mode(facts.st_mode)
    kind = file_type(facts.st_mode)
    if kind is None:
        raise PathRefused(f"{displayed(relative)} is a device; it is left alone")
    if kind is FileType.SYMLINK:
        return PathState(kind, digest_of(link_target(directory, name)))
    if not kind.has_content:
        return PathState(kind, NO_CONTENT, mode)
    with os.fdopen(os.open(name, _READ, dir_fd=directory), "rb") as file:
        return PathState(FileType.FILE, hashlib.file_digest(file, "sha256").hexdigest(), mode)


def link_target(directory: int, name: str) -> bytes:
    """Where a symbolic link leads, as it is written in it."""
    return os.fsencode(os.readlink(name, dir_fd=directory))


def digest_of(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()
