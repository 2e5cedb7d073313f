"""Which sandbox this machine can offer, and why not a stronger one."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from loom_core.confinement.architecture import this_architecture
from loom_core.confinement.landlock import LEAST_ABI, landlock_abi
from loom_core.errors import SandboxUnavailable
from loom_core.sandbox.bounds import Bounds, bounds_of
from loom_core.sandbox.bubblewrap import BubblewrapSandbox
from loom_core.sandbox.landlock import LandlockSandbox
from loom_core.sandbox.reach import NOTHING, Reach, reach_of
from loom_core.sandbox.sandbox import Sandbox
from loom_core.sandbox.toolchains import find_toolchains
from loom_core.sandbox.unconfined import UnconfinedSandbox
from loom_core.settings.home import home_directory
from loom_core.settings.shape import SandboxSettings
from loom_core.workspace.quarantine import Quarantine, quarantine_of

_PROBE_SECONDS = 10.0
_ASKING = "commands run unconfined, and each that may do more than look asks first"
_INSTALL = "install bubblewrap, for example with: apt install bubblewrap"
_NO_HOSTS = "sandbox.allowed_hosts needs bubblewrap: Landlock knows ports and no hosts"
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
    is_as_set: bool = True
    """Whether exactly what the settings open of the network is open; if not, the detail says what is."""


def choose(settings: SandboxSettings, *, is_offline: bool = False) -> Sandbox:
    """The strongest sandbox that works here, within the settings; offline it has no network.

    The first call in a process tries it with a real command, which takes some 50 ms; later calls
    take none.

    Raises:
        SandboxUnavailable: the settings insist on a backend that does not work here.
    """
    choice = describe(settings, is_offline=is_offline)
    wanted = {"auto": choice.sandbox.name}.get(settings.backend, settings.backend)
    if choice.sandbox.name != wanted:
        raise SandboxUnavailable(f"{choice.detail}; {choice.fix}")
    return choice.sandbox


def require_bubblewrap() -> str:
    """The path of a ``bwrap`` that confines, tried once in a process.

    Raises:
        SandboxUnavailable: there is none, with the reason and what to do.
    """
    found = describe(SandboxSettings(backend="bubblewrap"))
    program = shutil.which("bwrap")
    if found.sandbox.name != "bubblewrap" or program is None:
        raise SandboxUnavailable(f"{found.detail.partition(': ')[0]}; {found.fix}")
    return program


def describe(settings: SandboxSettings, *, is_offline: bool = False) -> SandboxChoice:
    """The sandbox that is used here with the reason and the fix, for ``loom doctor``."""
    reach = NOTHING if is_offline else reach_of(settings)
    choice = _found(settings.backend, reach, bounds_of(settings))
    if choice.sandbox.is_confining or not (is_offline or reach.hosts):
        return choice
    ignored = "--offline" if is_offline else "sandbox.allowed_hosts"
    detail = f"{choice.detail}; {ignored} does not bind them: they have the whole network"
    return replace(choice, detail=detail, is_as_set=False)


@cache
def _found(backend: str, reach: Reach, bounds: Bounds) -> SandboxChoice:
    """What is used here for these settings; tried once in a process."""
    if backend == "none":
        return SandboxChoice(
            _unconfined(bounds),
            f"sandbox.backend is none: {_ASKING}",
            "set sandbox.backend to auto",
        )
    if sys.platform != "linux":
        return SandboxChoice(
            _unconfined(bounds),
            f"there is no sandbox for {sys.platform} yet: {_ASKING}",
            "run Loom on Linux, or in a Linux container",
        )
    tried = [_BACKENDS[backend]] if backend in _BACKENDS else [*_BACKENDS.values()]
    misses: list[_Missing] = []
    for attempt in tried:
        found = attempt(reach, bounds)
        if isinstance(found, SandboxChoice):
            return _with_misses(found, misses)
        misses.append(found)
    problems = "; ".join(miss.problem for miss in misses)
    return SandboxChoice(
        _unconfined(bounds),
        f"{problems}: {_ASKING}",
        misses[0].fix,
    )


@dataclass(frozen=True, slots=True)
class _Missing:
    """Why a backend cannot be used here."""

    problem: str
    fix: str


def _with_misses(choice: SandboxChoice, misses: Sequence[_Missing]) -> SandboxChoice:
    """The choice with the reason why no stronger backend was taken."""
    if not misses:
        return choice
    reasons = "; ".join(miss.problem for miss in misses)
    return replace(choice, detail=f"{choice.detail} ({reasons})", fix=misses[0].fix)


def _bubblewrap(reach: Reach, bounds: Bounds) -> SandboxChoice | _Missing:
    """The bubblewrap sandbox when it is installed and confines."""
    program = shutil.which("bwrap")
    if program is None:
        return _Missing(
            "bubblewrap is not installed",
            _INSTALL,
        )
    environment = dict(os.environ)
    sandbox = BubblewrapSandbox(
        program,
        find_toolchains(environment, Path.home()),
        environment,
        quarantine=_quarantine(environment),
        bounds=bounds,
        reach=reach,
    )
    problem = probe(sandbox)
    if problem:
        return _Missing(
            f"bubblewrap does not work here ({problem})",
            "allow unprivileged user namespaces (see kernel.unprivileged_userns_clone and "
            "kernel.apparmor_restrict_unprivileged_userns)",
        )
    return SandboxChoice(sandbox, f"bubblewrap confines commands to the workspace, {reach}")


def _landlock(reach: Reach, bounds: Bounds) -> SandboxChoice | _Missing:
    """The Landlock sandbox when the kernel has what it needs and it confines."""
    abi = landlock_abi()
    if abi < LEAST_ABI or this_architecture() is None:
        found = f"version {abi}" if abi else "none"
        return _Missing(
            f"Landlock version {LEAST_ABI} (Linux 6.12) on x86_64 or aarch64 is needed, "
            f"here is {found} on {platform.machine()}",
            _INSTALL,
        )
    environment = dict(os.environ)
    sandbox = LandlockSandbox(
        find_toolchains(environment, Path.home()),
        environment,
        network=reach.is_everything,
        quarantine=_quarantine(environment),
        bounds=bounds,
    )
    problem = probe(sandbox)
    if problem:
        return _Missing(
            f"Landlock does not work here ({problem})",
            _INSTALL,
        )
    kept = f"{NOTHING}, since {_NO_HOSTS}" if reach.hosts else str(reach)
    return SandboxChoice(
        sandbox,
        f"Landlock {abi} and seccomp confine commands to the workspace, {kept}; protected files are "
        "put back after each command",
        _INSTALL if reach.hosts else "",
        is_as_set=not reach.hosts,
    )


_BACKENDS: Mapping[str, Callable[..., SandboxChoice | _Missing]] = {
    "bubblewrap": _bubblewrap,
    "landlock": _landlock,
}
"""The strongest first."""


def _quarantine(environment: Mapping[str, str]) -> Quarantine:
    """Where planted files go."""
    return quarantine_of(home_directory(environment))


def probe(sandbox: BubblewrapSandbox | LandlockSandbox) -> str:
    """What is wrong with a sandbox, found by running a command in it; empty when it confines."""
    with tempfile.TemporaryDirectory(prefix="loom-probe-") as top:
        inside, outside = Path(top) / "inside", Path(top) / "outside"
        inside.mkdir()
        outside.mkdir()
        command = _ATTEMPTS.format(outside=outside)
        try:
            with sandbox.launch(command, inside.resolve()) as launch:
                done = subprocess.run(
                    launch.argv,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    env=launch.environment,
                    cwd=launch.directory,
                    pass_fds=launch.descriptors,
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


def _unconfined(bounds: Bounds) -> UnconfinedSandbox:
    """Commands as the user runs them."""
    return UnconfinedSandbox(dict(os.environ), bounds=bounds)
