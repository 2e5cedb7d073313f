"""Running commands without a sandbox: bounded in time and output, confined to nothing."""

import contextlib
import os
import signal
import tempfile
from pathlib import Path
from uuid import uuid4

from loom_core.sandbox.environment import scrubbed
from loom_core.sandbox.process import Launch, run_to_end
from loom_core.sandbox.sandbox import CommandResult, Sandbox
from loom_core.sandbox.shell import shell_arguments

_MARK = "LOOM_COMMAND"
"""Variable by which a process that left its group is recognised as this command's."""
_SWEEPS = 20
"""A process that forks while others are being killed is found by the next sweep."""


class UnconfinedSandbox(Sandbox):
    """Runs commands as the user; ``is_confining`` is False, so each must be approved first.

    ``may_write`` cannot be kept here and is ignored.
    """

    name = "none"
    is_confining = False

    def __init__(self, environment: dict[str, str]) -> None:
        """Take the environment of this process, which is scrubbed."""
        self._environment = scrubbed(
            environment,
            path=environment.get("PATH", os.defpath),
            home=environment.get("HOME", tempfile.gettempdir()),
        )

    async def run(
        self,
        command: str,
        *,
        workspace: Path,
        timeout_seconds: float,
        may_write: bool = True,
        max_output_bytes: int = 30 * 1024,
    ) -> CommandResult:
        """Run a command; see ``Sandbox.run``."""
        mark = uuid4().hex
        launch = Launch(
            argv=shell_arguments(command, self._environment["PATH"]),
            environment={**self._environment, _MARK: mark},
            directory=workspace,
        )
        return await run_to_end(
            launch,
            timeout_seconds=timeout_seconds,
            max_output_bytes=max_output_bytes,
            sweep=lambda: _kill_marked(f"{_MARK}={mark}".encode()),
        )


def _kill_marked(mark: bytes) -> None:
    """Kill every process that inherited a mark, also those that made themselves daemons."""
    for _ in range(_SWEEPS):
        marked = [pid for pid in _processes() if mark in _environment_of(pid)]
        if not marked:
            return
        for pid in marked:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _processes() -> list[int]:
    """Ids of all processes; none where there is no /proc, as on macOS."""
    proc = Path("/proc")
    return (
        [int(entry.name) for entry in proc.iterdir() if entry.name.isdigit()]
        if proc.is_dir()
        else []
    )


def _environment_of(pid: int) -> list[bytes]:
    """The environment that a process was started with; empty when it may not be read."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []
