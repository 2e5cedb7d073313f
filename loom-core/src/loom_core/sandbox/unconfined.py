"""Running commands without a sandbox: bounded in time and output, confined to nothing."""

import os
import sys
import tempfile
from pathlib import Path

from loom_core.confinement.supervisor import Order
from loom_core.sandbox.bounds import Bounds, bounds_of
from loom_core.sandbox.environment import scrubbed
from loom_core.sandbox.process import Launch, Limits, kill_group, run_to_end
from loom_core.sandbox.sandbox import CommandResult, Sandbox
from loom_core.sandbox.shell import shell_arguments
from loom_core.sandbox.supervision import run_supervised
from loom_core.settings.shape import SandboxSettings


class UnconfinedSandbox(Sandbox):
    """Runs commands as the user; ``is_confining`` is False, so each must be approved first.

    ``may_write``, ``may_write_git`` and ``may_connect`` cannot be kept here and are ignored. On Linux
    a supervisor ends what a command leaves running; elsewhere what leaves the command's process group
    stays.
    """

    name = "none"
    is_confining = False

    def __init__(self, environment: dict[str, str], *, bounds: Bounds | None = None) -> None:
        """Take the environment of this process, which is scrubbed, and the bounds or the usual ones."""
        self._bounds = bounds or bounds_of(SandboxSettings())
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
        may_write_git: bool = False,
        may_connect: bool = False,
        max_output_bytes: int = 30 * 1024,
    ) -> CommandResult:
        """Run a command; see ``Sandbox.run``."""
        limits = Limits(timeout_seconds, max_output_bytes, self._bounds)
        argv = shell_arguments(command, self._environment["PATH"])
        if sys.platform == "linux":
            return await run_supervised(
                Order(argv), limits, environment=self._environment, directory=workspace
            )
        launch = Launch(argv, self._environment, workspace)
        return await run_to_end(launch, limits, end=kill_group)
