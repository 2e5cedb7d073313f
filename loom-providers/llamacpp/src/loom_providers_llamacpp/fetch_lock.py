"""The lock that a process holds while it fetches or checks a model."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from loom_providers_llamacpp.progress import FetchProgress

_POLL_SECONDS = 0.5


@contextmanager
def fetch_lock(path: Path, progress: FetchProgress) -> Generator[None]:
    """Hold the lock of a file; the operating system frees it when the process dies.

    Blocks while another process or thread holds it, and says so once. Raises ``FetchStopped`` when
    the fetch is cancelled meanwhile.
    """
    from filelock import FileLock, Timeout  # as slow to import as all the rest of this distribution

    lock = FileLock(path, timeout=_POLL_SECONDS)
    while not lock.is_locked:
        try:
            lock.acquire()
        except Timeout:
            progress.wait_for_others()
    try:
        yield
    finally:
        lock.release()
