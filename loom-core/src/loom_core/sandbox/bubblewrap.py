"""Confining commands with bubblewrap: Linux namespaces, no network, a file system of its own."""

import asyncio
import json
import os
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from loom_core.errors import SandboxUnavailable
from loom_core.sandbox.call_filter import call_filter
from loom_core.sandbox.environment import scrubbed
from loom_core.sandbox.guarded import run_guarded
from loom_core.sandbox.masks import confinable, masks_of, masks_of_stand_ins
from loom_core.sandbox.process import Launch, Limits, kill_group, run_to_end
from loom_core.sandbox.sandbox import CommandResult, Sandbox
from loom_core.sandbox.shell import shell_arguments
from loom_core.sandbox.toolchains import ETC_NAMES, SYSTEM_DIRECTORIES, Toolchains
from loom_core.workspace.guarding import Guard
from loom_core.workspace.placeholders import placeholders
from loom_core.workspace.quarantine import Quarantine
from loom_core.workspace.secrets import secret_files

HOME = "/run/loom/home"
"""The home directory inside the sandbox; it is empty and goes away with the command."""

_PROGRAMS = "/run/loom/bin"
_SCRATCH_BYTES = 1024**3


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
        network: bool,
        quarantine: Quarantine,
    ) -> None:
        """Prepare what is the same for every command.

        Args:
            program: path of ``bwrap``.
            toolchains: what is readable beside the system directories.
            environment: the environment of this process, which is scrubbed.
            network: whether commands may use the network.
            quarantine: where planted files go.
        """
        self.has_network = network
        self._quarantine = quarantine
        self._base = [program, *_namespaces(network=network), *_file_system(toolchains)]
        if network:
            self._base += ["--ro-bind-try", "/etc/resolv.conf", "/etc/resolv.conf"]
        self._path = os.pathsep.join([*toolchains.path, _PROGRAMS])
        self._environment = scrubbed(environment, path=self._path, home=HOME)

    def _arguments(
        self, command: str, workspace: Path, *, may_write: bool, masks: Sequence[str] = ()
    ) -> list[str]:
        """The whole command line of ``bwrap``, less the option that needs a descriptor."""
        root = str(workspace)
        bind = ["--bind" if may_write else "--ro-bind", root, root]
        masks = [*masks, *_hidden(workspace)]
        end = ["--remount-ro", "/", "--chdir", root, "--", *shell_arguments(command, self._path)]
        return [*self._base, *bind, *masks, *end]

    @contextmanager
    def launch(self, command: str, workspace: Path) -> Generator[Launch]:
        """How a command is started that needs nothing but the workspace, which it may write."""
        argv = self._arguments(command, workspace, may_write=True)
        yield Launch(argv, self._environment, workspace)

    async def run(
        self,
        command: str,
        *,
        workspace: Path,
        timeout_seconds: float,
        may_write: bool = True,
        may_write_git: bool = False,
        max_output_bytes: int = 30 * 1024,
    ) -> CommandResult:
        """Run a command; see ``Sandbox.run``.

        Raises:
            SandboxUnavailable: the sandbox could not be set up, so nothing ran.
        """
        limits = Limits(timeout_seconds, max_output_bytes)
        root = confinable(workspace)
        if not may_write:
            return await self._run(command, root, limits, may_write=False)
        guard = await asyncio.to_thread(Guard, root, self._quarantine, is_closed=True)
        masks = masks_of(root, guard.paths, may_write_git=may_write_git)

        async def running() -> CommandResult:
            with ExitStack() as held:
                if not may_write_git:
                    held.enter_context(placeholders(root))
                    masks.extend(masks_of_stand_ins(root))
                return await self._run(command, root, limits, may_write=True, masks=masks)

        return await run_guarded(guard, running())

    async def _run(
        self,
        command: str,
        root: Path,
        limits: Limits,
        *,
        may_write: bool,
        masks: Sequence[str] = (),
    ) -> CommandResult:
        """Run a command with these masks."""
        with ExitStack() as held:
            status_read, status_write = os.pipe()
            held.callback(os.close, status_read)
            with os.fdopen(status_write, "wb") as inherited:
                program, *rest = await asyncio.to_thread(
                    self._arguments, command, root, may_write=may_write, masks=masks
                )
                calls = held.enter_context(call_filter())
                status = str(inherited.fileno())
                launch = Launch(
                    argv=[program, "--json-status-fd", status, *calls.options, *rest],
                    environment=self._environment,
                    directory=root,
                    descriptors=(inherited.fileno(), *calls.descriptors),
                )
                result = await run_to_end(launch, limits, end=kill_group)
            if not result.timed_out and not _did_run(status_read):
                raise SandboxUnavailable(
                    f"bubblewrap could not run the command: {result.output.strip()[-500:]}"
                )
        return result


def _did_run(status: int) -> bool:
    """Whether ``bwrap`` reported an exit code, which it does only for a command that ran."""
    lines = os.read(status, 4096).splitlines()
    return any("exit-code" in json.loads(line) for line in lines)


def _namespaces(*, network: bool) -> list[str]:
    """Options that cut the command off from processes, network and terminal."""
    shared = ["--share-net"] if network else []
    return [
        "--unshare-all",
        *shared,
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
        "--hostname",
        "loom",
    ]


def _file_system(toolchains: Toolchains) -> list[str]:
    """Options that build the file system around the workspace."""
    options: list[str] = []
    for directory in SYSTEM_DIRECTORIES:
        options += _read_only(Path(directory))
    for name in ETC_NAMES:
        options += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    options += ["--proc", "/proc", "--dev", "/dev"]
    for scratch in ("/dev/shm", "/tmp", "/var/tmp", HOME):  # noqa: S108 - inside the sandbox
        options += ["--size", str(_SCRATCH_BYTES), "--tmpfs", scratch]
    # Read-only as a whole: for a command of root, bwrap leaves /proc/sys writable by itself.
    options += ["--remount-ro", "/proc", "--remount-ro", "/dev"]
    if toolchains.python:
        for name in ("python", "python3"):
            options += ["--symlink", toolchains.python, f"{_PROGRAMS}/{name}"]
    for directory in toolchains.directories:
        options += ["--ro-bind", directory, directory]
    return options


def _read_only(directory: Path) -> list[str]:
    """Options that show a system directory as it is: a link, a directory, or not at all."""
    if directory.is_symlink():
        return ["--symlink", str(directory.readlink()), str(directory)]
    return ["--ro-bind", str(directory), str(directory)] if directory.is_dir() else []


def _hidden(root: Path) -> list[str]:
    """Options that put a device which nobody may open over each file that usually holds secrets."""
    return [part for path in secret_files(root) for part in ("--ro-bind", "/dev/null", str(path))]
