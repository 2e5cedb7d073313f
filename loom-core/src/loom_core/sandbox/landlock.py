"""Confining commands with Landlock and a filter of system calls, where there are no namespaces."""

import asyncio
import os
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from loom_core.confinement.supervisor import Order
from loom_core.errors import SandboxUnavailable
from loom_core.sandbox.bounds import Bounds
from loom_core.sandbox.environment import scrubbed
from loom_core.sandbox.guarded import run_guarded
from loom_core.sandbox.masks import confinable
from loom_core.sandbox.process import Launch, Limits
from loom_core.sandbox.sandbox import CommandResult, Sandbox
from loom_core.sandbox.shell import shell_arguments
from loom_core.sandbox.supervision import run_supervised, supervisor
from loom_core.sandbox.toolchains import ETC_NAMES, SYSTEM_DIRECTORIES, Toolchains
from loom_core.sandbox.unbroken import unbroken
from loom_core.workspace.guarding import Guard
from loom_core.workspace.placeholders import placeholders
from loom_core.workspace.quarantine import Quarantine
from loom_core.workspace.removing import remove
from loom_core.workspace.secrets import secret_files

_DEVICES = ("/dev/full", "/dev/null", "/dev/random", "/dev/urandom", "/dev/zero")
_MACHINE = (
    "/proc/cpuinfo",
    "/proc/filesystems",
    "/proc/loadavg",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/sys/kernel/osrelease",
    "/proc/sys/vm/overcommit_memory",
    "/proc/uptime",
    "/proc/version",
    "/sys/devices/system/cpu",
)
"""What programs ask about the machine; processes are not among it."""


@dataclass(frozen=True, slots=True)
class _Access:
    """What one command may do beyond what every command may."""

    readable: Sequence[str] = ()
    writable: Sequence[str] = ()
    is_connected: bool = False
    """Whether it has the whole network: Landlock knows ports and no hosts."""


class LandlockSandbox(Sandbox):
    """Runs commands that may read the system, write the workspace, and reach nothing else.

    Weaker than namespaces in three ways, since Landlock cannot take a part out of what it gives:
    protected files are not closed but put back after each command; a workspace with secret files is
    refused to commands that may write; and there is no ``/tmp`` but the directory in ``TMPDIR``.
    """

    name = "landlock"
    is_confining = True

    def __init__(
        self,
        toolchains: Toolchains,
        environment: dict[str, str],
        *,
        network: bool,
        quarantine: Quarantine,
        bounds: Bounds,
    ) -> None:
        """Prepare what is the same for every command; see ``BubblewrapSandbox``."""
        etc = [f"/etc/{name}" for name in ETC_NAMES]
        self._readable = (*SYSTEM_DIRECTORIES, *etc, *_MACHINE, *toolchains.directories)
        self._path = os.pathsep.join(toolchains.path)
        self._environment = scrubbed(environment, path=self._path, home="/nonexistent")
        self.has_network = network
        self._quarantine = quarantine
        self._bounds = bounds

    async def run(
        self,
        command: str,
        *,
        workspace: Path,
        timeout_seconds: float,
        may_write: bool = True,
        may_write_git: bool = False,
        may_connect: bool = False,
        max_output_bytes: int = 30 * 1024,
    ) -> CommandResult:
        """Run a command; see ``Sandbox.run``. Git's data can always be written here.

        Raises:
            SandboxUnavailable: the command cannot be confined here, so nothing ran.
        """
        limits = Limits(timeout_seconds, max_output_bytes, self._bounds)
        root = confinable(workspace)
        secrets = await asyncio.to_thread(secret_files, root)
        access = _Access(is_connected=may_connect and self.has_network)
        if not may_write:
            access = replace(access, readable=_without(root, secrets))
            return await self._run(command, root, limits, access)
        if secrets:
            raise SandboxUnavailable(
                f"Landlock cannot hide {secrets[0].relative_to(root)} from a command that may write; "
                "install bubblewrap, or keep secrets outside of the workspace"
            )
        guard = await asyncio.to_thread(Guard, root, self._quarantine)

        async def running() -> CommandResult:
            with nullcontext() if may_write_git else placeholders(root):
                allowed = replace(access, writable=(str(root),))
                return await self._run(command, root, limits, allowed)

        return await run_guarded(guard, running())

    async def _run(
        self, command: str, root: Path, limits: Limits, access: _Access
    ) -> CommandResult:
        """Run a command with a scratch directory of its own."""
        scratch = await asyncio.to_thread(_scratch)
        allowed = replace(access, writable=(*access.writable, str(scratch)))
        try:
            return await run_supervised(
                self._order(command, allowed),
                limits,
                environment={**self._environment, "HOME": str(scratch), "TMPDIR": str(scratch)},
                directory=root,
            )
        finally:
            await unbroken(asyncio.to_thread(remove, scratch))

    def _order(self, command: str, access: _Access) -> Order:
        """What a supervisor is told."""
        names = ("/etc/resolv.conf",) if access.is_connected else ()
        return Order(
            argv=shell_arguments(command, self._path),
            is_confined=True,
            network=access.is_connected,
            readable=(*self._readable, *names, *access.readable),
            writable=(*access.writable, *_DEVICES),
        )

    @contextmanager
    def launch(self, command: str, workspace: Path) -> Generator[Launch]:
        """How a command is started that needs nothing but the workspace, which it may write."""
        order = self._order(command, _Access(writable=(str(workspace),)))
        with supervisor(order) as (argv, descriptor):
            yield Launch(argv, self._environment, workspace, (descriptor,))


def _scratch() -> Path:
    """A new directory, by its real path."""
    return Path(tempfile.mkdtemp(prefix="loom-command-")).resolve()


def _without(root: Path, secrets: Sequence[Path]) -> list[str]:
    """Paths that together are the whole workspace but for these files."""
    kept: list[str] = []
    waiting = [root]
    while waiting:
        directory = waiting.pop()
        if not any(secret.is_relative_to(directory) for secret in secrets):
            kept.append(str(directory))
        elif directory not in secrets:
            with suppress(FileNotFoundError):  # it went away, with the secret in it
                waiting += [path for path in directory.iterdir() if not path.is_symlink()]
    return kept
