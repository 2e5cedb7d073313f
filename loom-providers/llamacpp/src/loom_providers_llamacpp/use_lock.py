"""The mark on a model's file that a process has it loaded."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from loom_core.errors import ModelUnavailable, UsageError


class UseLock:
    """A shared lock on the file itself; the operating system frees it when the process dies."""

    def __init__(self, path: Path) -> None:
        """Take the lock, beside as many others as there are. Raises ``ModelUnavailable``."""
        try:
            self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise ModelUnavailable(
                f"the model file {path} cannot be opened: {error.strerror}; fetch it again"
            ) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_SH)
        except BaseException:
            os.close(self._descriptor)
            raise

    def release(self) -> None:
        """Give it back; once."""
        os.close(self._descriptor)


@contextmanager
def unused(path: Path) -> Generator[None]:
    """Inside, nobody has the file loaded. Raises ``UsageError`` when somebody has."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise UsageError(
            f"{path.name} is loaded by a running Loom; try again when its task is over"
        ) from error
    finally:
        os.close(descriptor)
