"""Reading plain files below a held directory, in bounded memory."""

import errno
import os
import stat

from loom_core.errors import PathRefused
from loom_core.workspace.beneath import open_for_reading
from loom_core.workspace.paths import displayed

_CHUNK_BYTES = 1024 * 1024


def open_plain_file(root: int, relative: str) -> tuple[int, os.stat_result]:
    """A descriptor of a plain file, and its facts.

    Raises ``PathRefused`` for what is outside, a pipe, socket or device.
    """
    descriptor = open_for_reading(root, relative)
    facts = os.fstat(descriptor)
    if stat.S_ISREG(facts.st_mode):
        return descriptor, facts
    os.close(descriptor)
    if stat.S_ISDIR(facts.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), relative)
    raise PathRefused(
        f"{displayed(relative)} is a pipe, socket or device; only plain files are read"
    )


def read_plain_file(root: int, relative: str, *, max_bytes: int) -> bytes:
    """The bytes of a plain file.

    Raises ``PathRefused`` as ``open_plain_file`` does, for a file that is larger, and for a hard link:
    its other names may be outside, and nobody can tell.
    """
    descriptor, facts = open_plain_file(root, relative)
    try:
        if facts.st_nlink > 1:
            raise PathRefused(
                f"{displayed(relative)} has several names (hard links), of which some may be "
                "outside the workspace; copy it to a new file and use that"
            )
        data = _all_of(descriptor, facts.st_size, max_bytes)
    finally:
        os.close(descriptor)
    if len(data) > max_bytes:
        raise PathRefused(
            f"{displayed(relative)} has {facts.st_size:,} bytes, more than the limit of "
            f"{max_bytes:,}; use a command on it, such as head, tail or sed"
        )
    return data


def _all_of(descriptor: int, size: int, max_bytes: int) -> bytes:
    """What a file holds, or one byte more than is wanted of it; once is enough if it does not change.

    No buffered file: making one takes longer than reading a small file, and searches read many.
    """
    data = os.read(
        descriptor, min(size, max_bytes) + 1
    )  # a larger number would cost memory by itself
    if len(data) == size:
        return data
    parts, left = [data], max_bytes + 1 - len(data)
    while left > 0 and (more := os.read(descriptor, min(left, _CHUNK_BYTES))):
        parts.append(more)
        left -= len(more)
    return b"".join(parts)
