"""What confines a command, whichever mechanism does it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from loom_core.workspace.guarding import NOTHING_PLANTED, Planted


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What a command printed and how it ended."""

    output: str
    """Standard output and error in the order they came, head and tail kept when it was long."""
    exit_code: int | None
    """None when it was killed."""
    timed_out: bool = False
    """Whether it was killed at its time limit."""
    exceeded: str = ""
    """What of the machine it took too much of, for which it was killed; empty when it was not."""
    left_out_bytes: int = 0
    """Bytes between head and tail that were not kept."""
    elapsed_seconds: float = 0.0
    refused: tuple[str, ...] = ()
    """What of the network was refused to it where only some hosts are allowed, one line each."""
    planted: Planted = NOTHING_PLANTED
    """What the command had left for programs outside of the sandbox, and what became of it."""

    @property
    def was_killed(self) -> bool:
        """Whether it did not end by itself."""
        return self.timed_out or bool(self.exceeded)


class Sandbox(ABC):
    """Runs shell commands in a workspace. The process tree never outlives the call."""

    name: str
    """``bubblewrap``, ``landlock`` or ``none``, as shown to the user."""
    is_confining: bool
    """Whether a command cannot touch anything outside the workspace. If not: ask first."""
    has_network: bool = True
    """Whether a command may reach other machines; assumed unless a sandbox says otherwise."""
    allowed_hosts: tuple[str, ...] = ()
    """The only hosts that it may reach then; none is every one."""

    @abstractmethod
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
        """Run a command line in the workspace with bash, or sh where there is none; stdin is closed.

        Args:
            command: the command line.
            workspace: its working directory and the only place it may write.
            timeout_seconds: wall time after which its whole process tree is killed.
            may_write: False makes the workspace read-only too, for checks.
            may_write_git: True makes the data of the workspace's repository writable, for git
                itself; its settings and hooks stay as they are.
            may_connect: True lets it use the network as far as the settings open that; whoever says
                so has seen to it that a person agreed. Checks and what only looks do without.
            max_output_bytes: how much output is kept; reading goes on and drops the rest.

        Cancelling the awaiting task kills the process tree.
        """
