"""A filter of system calls in the form in which ``bwrap`` takes it."""

import contextlib
import os
from collections.abc import Generator
from dataclasses import dataclass
from functools import cache

from loom_core.confinement.architecture import this_architecture
from loom_core.confinement.filter_program import program
from loom_core.confinement.refused_calls import in_namespaces


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Options of ``bwrap``, and the descriptors that they name."""

    options: tuple[str, ...] = ()
    descriptors: tuple[int, ...] = ()


@contextlib.contextmanager
def call_filter(*, network: bool) -> Generator[CallFilter]:
    """The filter for one command; none on a processor that Loom has no table for.

    ``network`` says whether the command has that of the machine.
    """
    code = _program(network=network)
    if not code:
        yield CallFilter()
        return
    with os.fdopen(os.memfd_create("loom-seccomp"), "wb") as file:
        file.write(code)
        file.flush()
        file.seek(0)
        descriptor = file.fileno()
        yield CallFilter(("--seccomp", str(descriptor)), (descriptor,))


@cache
def _program(*, network: bool) -> bytes:
    """The filter of this machine's processor; empty when it is unknown."""
    architecture = this_architecture()
    return program(architecture, in_namespaces(network=network)) if architecture else b""
