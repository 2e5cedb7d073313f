"""Parsing Python that models and strangers wrote, whose warnings belong on nobody's terminal."""

import threading
import warnings
from collections.abc import Generator
from contextlib import contextmanager

_FILTERS = threading.Lock()
"""Silencing warnings changes the whole process, so one thread at a time does it."""


@contextmanager
def without_warnings() -> Generator[None]:
    r"""Nothing that Python warns of while it parses, such as ``"\d"``, is shown inside this context."""
    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
