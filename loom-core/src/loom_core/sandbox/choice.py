"""Which sandbox this machine can offer, and why not a stronger one."""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from loom_core.errors import SandboxUnavailable
from loom_core.sandbox.bubblewrap import BubblewrapSandbox
from loom_core.sandbox.sandbox import Sandbox
from loom_core.sandbox.toolchains import find_toolchains
from loom_core.sandbox.unconfined import UnconfinedSandbox
from loom_core.settings.shape import SandboxSettings

_PROBE_SECONDS = 10.0
_ATTEMPTS = """
echo 1 > written
echo 1 > '{outside}/escaped'
(: >> /proc/sys/kernel/core_pattern) 2>/dev/null && echo kernel
true
"""
"""What the probe tries. The kernel's setting is only opened, so that no harm is done if it can be."""


@dataclass(frozen=True, slots=True)
class SandboxChoice:
    """The sandbox that is used here, in words for the user."""

    sandbox: Sandbox
    detail: str
    """What it does, or why there is no stronger one."""
    fix: str = ""
    """What to do to get a stronger one; empty when there is nothing to do."""


def choose(settings: SandboxSettings) -> Sandbox:
    """The strongest sandbox that works here, within the settings.

    The first call in a process tries it with a real command, which takes some 50 ms; later calls
    take none.

    Raises:
        SandboxUnavailable: the settings insist on a backend that does not work here.
    """
    choice = describe(settings)
    if settings.backend == "bubblewrap" and choice.sandbox.name != "bubblewrap":
        raise SandboxUnavailable(f"{choice.detail}; {choice.fix}")
    return choice.sandbox


def describe(settings: SandboxSettings) -> SandboxChoice:
    """The sandbox that is used here with the reason and the fix, for ``loom doctor``."""
    return _found(settings.backend, settings.network)


@cache
def _found(backend: str, network: bool) -> SandboxChoice:  # noqa: FBT001 - cache wants positions
    """What is used here for these settings; tried once in a process."""
    if backend == "none":
        return SandboxChoice(
            _unconfined(),
            "sandbox.backend is none: commands run unconfined and each asks first",
            "set sandbox.backend to auto",
        )
    return _bubblewrap(network=network)


def _bubblewrap(*, network: bool) -> SandboxChoice:
    """The bubblewrap sandbox when it is installed and confines, else no sandbox."""
    if sys.platform != "linux":
        return SandboxChoice(
            _unconfined(),
            f"there is no sandbox for {sys.platform} yet: each command asks first",
            "run Loom on Linux, or in a Linux container",
        )
    program = shutil.which("bwrap")
    if program is None:
        return SandboxChoice(
            _unconfined(),
            "bubblewrap is not installed: commands run unconfined and each asks first",
            "install bubblewrap, for example with: apt install bubblewrap",
        )
    environment = dict(os.environ)
    toolchains = find_toolchains(environment, Path.home())
    sandbox = BubblewrapSandbox(program, toolchains, environment, network=network)
    problem = probe(sandbox)
    if problem:
        return SandboxChoice(
            _unconfined(),
            f"bubblewrap does not work here ({problem}): commands run unconfined and each asks first",
            "allow unprivileged user namespaces (see kernel.unprivileged_userns_clone and "
            "kernel.apparmor_restrict_unprivileged_userns)",
        )
    reach = "with network" if network else "without network"
    return SandboxChoice(sandbox, f"bubblewrap confines commands to the workspace, {reach}")


def probe(sandbox: BubblewrapSandbox) -> str:
    """What is wrong with a sandbox, found by running a command in it; empty when it confines."""
    with tempfile.TemporaryDirectory(prefix="loom-probe-") as top:
        inside, outside = Path(top) / "inside", Path(top) / "outside"
        inside.mkdir()
        outside.mkdir()
        command = _ATTEMPTS.format(outside=outside)
        try:
            done = subprocess.run(
                sandbox.arguments(command, inside.resolve(), may_write=True),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=sandbox.environment,
                timeout=_PROBE_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        if done.returncode:
            return done.stderr.decode("utf-8", "replace").strip()[-300:]
        if (outside / "escaped").exists() or b"kernel" in done.stdout:
            return "a command could write outside the workspace"
        return "" if (inside / "written").exists() else "a command could not write the workspace"


def _unconfined() -> UnconfinedSandbox:
    """Commands as the user runs them."""
    return UnconfinedSandbox(dict(os.environ))
