"""Putting a filter of system calls on this process."""

import ctypes

from loom_core.confinement.architecture import Architecture
from loom_core.confinement.kernel import call, process_control

_NO_NEW_PRIVILEGES = 38
_SET_FILTER = 1
_NEW_LISTENER = 1 << 3
_SECCOMP = {0xC000003E: 317, 0xC00000B7: 277}


class _Program(ctypes.Structure):
    """How the kernel takes a filter: a number of instructions and where they are."""

    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def filter_calls(architecture: Architecture, code: bytes) -> int:
    """Filter the calls of this process and all that it starts, for ever.

    Returns the descriptor on which another process answers what the filter asks; it is closed by
    ``exec``.
    """
    process_control(_NO_NEW_PRIVILEGES, 1)
    given = _Program(len(code) // 8, code)
    address = ctypes.addressof(given)
    return call(_SECCOMP[architecture.audit], _SET_FILTER, _NEW_LISTENER, address)
