"""Giving up what root may do beyond its own files."""

import contextlib
import struct

from loom_core.confinement.architecture import Architecture
from loom_core.confinement.kernel import call, process_control

_DROP_BOUNDING, _AMBIENT, _CLEAR_AMBIENT = 24, 47, 4
_CAPABILITIES = 64
_VERSION_3 = 0x20080522
_CAPSET = {0xC000003E: 126, 0xC00000B7: 91}


def drop_privileges(architecture: Architecture) -> None:
    """Give up every capability, also those that a program of root would get back."""
    for capability in range(_CAPABILITIES):
        with contextlib.suppress(OSError):  # the kernel knows fewer, or this is not root
            process_control(_DROP_BOUNDING, capability)
    process_control(_AMBIENT, _CLEAR_AMBIENT)
    header = struct.pack("=Ii", _VERSION_3, 0)
    call(_CAPSET[architecture.audit], header, bytes(24))
