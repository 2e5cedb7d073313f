"""Landlock: a process gives up the files that it was not given.

Source: ``landlock(7)`` and the kernel's ``Documentation/userspace-api/landlock.rst``.
"""

import contextlib
import os
import stat
import struct
from collections.abc import Iterable

from loom_core.confinement.kernel import call, process_control

LEAST_ABI = 6
"""Linux 6.12: the first that keeps signals and abstract sockets inside."""

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION_FLAG = 1
_PATH_BENEATH = 1
_NO_NEW_PRIVILEGES = 38

_EXECUTE, _WRITE, _READ, _READ_DIRECTORY = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE = 1 << 14
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE
_ALL = (1 << 16) - 1
_MAKE_CHARACTER_DEVICE, _MAKE_BLOCK_DEVICE, _DEVICE_CONTROL = 1 << 6, 1 << 11, 1 << 15

READ = _EXECUTE | _READ | _READ_DIRECTORY
"""Rights to read and run what lies below a path."""
WRITE = _ALL & ~(_MAKE_CHARACTER_DEVICE | _MAKE_BLOCK_DEVICE | _DEVICE_CONTROL)
"""Rights to do everything there but to make devices."""

_ALL_PORTS = 0b11
_ALL_SCOPES = 0b11


def landlock_abi() -> int:
    """The version that the kernel offers; 0 when it has none or it is switched off."""
    try:
        return call(_CREATE, None, 0, _VERSION_FLAG)
    except OSError:
        return 0


def confine_files(rules: Iterable[tuple[str, int]], *, network: bool) -> None:
    """Give up every file but these for ever, in this process and all that it starts.

    Also given up are signals to processes outside, abstract sockets of others, and, without network,
    TCP ports.

    Args:
        rules: paths with the rights below each; what is not there is passed over.
        network: whether TCP may be used.
    """
    attributes = struct.pack("=QQQ", _ALL, 0 if network else _ALL_PORTS, _ALL_SCOPES)
    ruleset = call(_CREATE, attributes, len(attributes), 0)
    for path, rights in rules:
        with contextlib.suppress(FileNotFoundError, PermissionError):
            _allow(ruleset, path, rights)
    process_control(_NO_NEW_PRIVILEGES, 1)
    call(_RESTRICT, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    """Add a path to what is kept."""
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        is_directory = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        kept = rights if is_directory else rights & _OF_FILES
        call(_ADD, ruleset, _PATH_BENEATH, struct.pack("=Qi", kept, descriptor), 0)
    finally:
        os.close(descriptor)
