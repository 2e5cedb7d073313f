"""Confining commands with bubblewrap: Linux namespaces, a file system and a network of their own."""

import asyncio
import json
import os
import sys
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from loom_core.errors import SandboxUnavailable
from loom_core.sandbox.bounds import Bounds
from loom_core.sandbox.bubblewrap_options import HOME, PROGRAMS, file_system, hidden, namespaces
from loom_core.sandbox.call_filter import call_filter
from loom_core.sandbox.environment import scrubbed
from loom_core.sandbox.guarded import run_guarded
from loom_core.sandbox.masks import confinable, masks_of, masks_of_stand_ins
from loom_core.sandbox.process import Launch, Limits, kill_group, run_to_end
from loom_core.sandbox.reach import NOTHING, Reach
from loom_core.sandbox.sandbox import CommandResult, Sandbox
from loom_core.sandbox.shell import shell_arguments
from loom_core.sandbox.toolchains import SYSTEM_DIRECTORIES, Toolchains
from loom_core.sandbox.way_out import ENVIRONMENT, WayOut
from loom_core.workspace.guarding import Guard
from loom_core.workspace.placeholders import placeholders
from loom_core.workspace.quarantine import Quarantine

_TRIES = 3
"""As often a command is begun while other programs take protected paths away."""
_OTHER_PYTHONS = (sys.executable, "/usr/bin/python3")
"""What may open the way out where the first one of the search path may not."""
_NO_PYTHON = (
    "the whole network, since sandbox.allowed_hosts needs a Python outside of the workspace: put one "
    "on PATH"
)


@dataclass(frozen=True, slots=True)
class _Access:
    """What one command may do."""

    may_write: bool
    may_connect: bool = False
    masks: Sequence[str] = ()


class BubblewrapSandbox(Sandbox):
    """Runs commands that see the system read-only, the workspace, and nothing else.

    Files of the workspace that usually hold secrets, such as ``.env``, cannot be read or changed by
    any command, those of checks included; ``secret_files`` says which are found.
    """

    name = "bubblewrap"
    is_confining = True

    def __init__(
        self,
        program: str,
        toolchains: Toolchains,
        environment: dict[str, str],
        *,
        quarantine: Quarantine,
        bounds: Bounds,
        reach: Reach = NOTHING,
    ) -> None:
        """Prepare what is the same for every command.

        Args:
            program: path of ``bwrap``.
            toolchains: what is readable beside the system directories.
            environment: the environment of this process, which is scrubbed.
            quarantine: where planted files go.
            bounds: what of the machine a command may take.
            reach: what of the network commands may use that may use it at all.
        """
        self.has_network = reach.is_something
        self.allowed_hosts = tuple(str(host) for host in reach.hosts)
        self._reach = reach
        self._quarantine = quarantine
        self._bounds = bounds
        self._program = program
        self._file_system = file_system(toolchains)
        self._path = os.pathsep.join([*toolchains.path, PROGRAMS])
        shown = [Path(name).resolve() for name in (*SYSTEM_DIRECTORIES, *toolchains.directories)]
        found = [Path(name).resolve() for name in (toolchains.python, *_OTHER_PYTHONS) if name]
        self._pythons = [
            python
            for python in found
            if any(map(python.is_relative_to, shown)) and python.is_file()
        ]
        self._environment = scrubbed(environment, path=self._path, home=HOME)

    def _arguments(self, argv: Sequence[str], root: Path, access: _Access) -> list[str]:
        """The whole command line of ``bwrap``, less the options that need a descriptor."""
        is_connected = self._is_connected(access)
        names = ["--ro-bind-try", "/etc/resolv.conf", "/etc/resolv.conf"] if is_connected else []
        place = str(root)
        bind = ["--bind" if access.may_write else "--ro-bind", place, place]
        return [
            self._program,
            *namespaces(network=is_connected),
            *self._file_system,
            *names,
            *bind,
            *access.masks,
            *hidden(root),
            *("--remount-ro", "/", "--chdir", place, "--", *argv),
        ]

    def _is_connected(self, access: _Access) -> bool:
        """Whether a command has the whole network of the machine."""
        return access.may_connect and self._reach.is_everything

    @contextmanager
    def launch(self, command: str, workspace: Path) -> Generator[Launch]:
        """How a command is started that needs nothing but the workspace, which it may write."""
        shell = shell_arguments(command, self._path)
        argv = self._arguments(shell, workspace, _Access(may_write=True))
        yield Launch(argv, self._environment, workspace)

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
        """Run a command; see ``Sandbox.run``.

        Raises:
            SandboxUnavailable: the sandbox could not be set up, so nothing ran.
        """
        limits = Limits(timeout_seconds, max_output_bytes, self._bounds)
        root = confinable(workspace)
        access = _Access(may_write, may_connect)
        if not may_write:
            return await self._run(command, root, limits, access)

        async def running(masks: Sequence[str]) -> CommandResult:
            with ExitStack() as held:
                if not may_write_git:
                    held.enter_context(placeholders(root))
                    masks = [*masks, *masks_of_stand_ins(root)]
                return await self._run(command, root, limits, replace(access, masks=masks))

        tries = _TRIES
        while True:
            tries -= 1
            guard = await asyncio.to_thread(
                Guard, root, self._quarantine, is_closed=True, may_write_git=may_write_git
            )
            masks = masks_of(root, guard.paths, may_write_git=may_write_git)
            try:
                return await run_guarded(guard, running(masks))
            except SandboxUnavailable:
                if not tries or all(map(os.path.lexists, guard.paths)):
                    raise
                # A protected path went away before it could be closed, and nothing ran.

    async def _run(
        self, command: str, root: Path, limits: Limits, access: _Access
    ) -> CommandResult:
        """Run a command, with a way to the allowed hosts where there are some for it."""
        shell = shell_arguments(command, self._path)
        if not (access.may_connect and self._reach.hosts):
            return await self._start(shell, root, limits, access)
        python = self._python_outside(root)
        if not python:
            result = await self._start(shell, root, limits, access)
            return replace(result, refused=(_NO_PYTHON,))
        async with WayOut(self._reach) as way:
            result = await self._start(way.arguments(python, shell), root, limits, access, way=way)
        if not (way.was_opened or result.was_killed):
            raise SandboxUnavailable(
                f"the way to sandbox.allowed_hosts could not be opened: {result.output.strip()[-500:]}"
            )
        return replace(result, refused=way.refused)

    async def _start(
        self,
        argv: Sequence[str],
        root: Path,
        limits: Limits,
        access: _Access,
        *,
        way: WayOut | None = None,
    ) -> CommandResult:
        """Start a program in the sandbox and run it to its end."""
        with ExitStack() as held:
            status_read, status_write = os.pipe()
            held.callback(os.close, status_read)
            with os.fdopen(status_write, "wb") as inherited:
                program, *rest = await asyncio.to_thread(self._arguments, argv, root, access)
                calls = held.enter_context(call_filter(network=self._is_connected(access)))
                status = inherited.fileno()
                launch = Launch(
                    argv=[program, "--json-status-fd", str(status), *calls.options, *rest],
                    environment={**self._environment, **(ENVIRONMENT if way else {})},
                    directory=root,
                    descriptors=(status, *calls.descriptors, *([way.descriptor] if way else [])),
                )
                result = await run_to_end(launch, limits, end=kill_group)
            if not result.was_killed and not _did_run(status_read):
                raise SandboxUnavailable(
                    f"bubblewrap could not run the command: {result.output.strip()[-500:]}"
                )
        return result

    def _python_outside(self, root: Path) -> str:
        """The program that opens the way out; not one that a command could have changed.

        Empty when there is none.
        """
        outside = (python for python in self._pythons if not python.is_relative_to(root))
        return str(next(outside, ""))


def _did_run(status: int) -> bool:
    """Whether ``bwrap`` reported an exit code, which it does only for a command that ran."""
    lines = os.read(status, 4096).splitlines()
    return any("exit-code" in json.loads(line) for line in lines)
