"""Running one process to its end: output bounded, time bounded, and nobody left behind."""

import asyncio
import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from loom_core.sandbox.bounds import Bounds, ended_within
from loom_core.sandbox.capture import HeadAndTail
from loom_core.sandbox.sandbox import CommandResult
from loom_core.sandbox.unbroken import unbroken

_CHUNK_BYTES = 1024 * 1024
_DRAIN_SECONDS = 2.0
"""How long output is still read after everybody was killed, and a supervisor may take for that."""
_F_SETPIPE_SZ = 1031


@dataclass(frozen=True, slots=True)
class Launch:
    """A process to start."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    directory: Path
    descriptors: tuple[int, ...] = ()
    """Further descriptors that it inherits."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a process may run, how much of what it prints is kept, and what it may take."""

    timeout_seconds: float
    """Wall time after which its group is killed."""
    max_output_bytes: int
    """Reading goes on after that and drops the rest."""
    bounds: Bounds
    """Memory and processes, above which its group is killed."""


async def run_to_end(
    launch: Launch, limits: Limits, *, end: Callable[[int], None]
) -> CommandResult:
    """Run a process in a group of its own, with stdin closed, and kill what it leaves.

    Args:
        launch: what to start.
        limits: of time and output.
        end: has everything killed that is left, given the id of the process; called once, also when
            the process has ended by itself.
    """
    began = time.monotonic()
    with _Output(limits.max_output_bytes) as output:
        process = await asyncio.create_subprocess_exec(
            *launch.argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output.write_end,
            stderr=output.write_end,
            env=dict(launch.environment),
            cwd=launch.directory,
            pass_fds=launch.descriptors,
            start_new_session=True,
        )
        output.close_write_end()
        timed_out, exceeded = False, ""
        try:
            async with asyncio.timeout(limits.timeout_seconds):
                exceeded = await ended_within(process, limits.bounds)
        except TimeoutError:
            timed_out = True
        finally:
            end(process.pid)
            await unbroken(_ended(process, output))  # nobody may be left when this returns
    return CommandResult(
        output=output.kept.text(),
        exit_code=None if timed_out or exceeded else _shell_code(process.returncode),
        timed_out=timed_out,
        exceeded=exceeded,
        left_out_bytes=output.kept.left_out_bytes,
        elapsed_seconds=time.monotonic() - began,
    )


async def _ended(process: asyncio.subprocess.Process, output: "_Output") -> None:
    """Wait for the process that was told to end, and for the rest of its output."""
    try:
        await asyncio.wait_for(process.wait(), _DRAIN_SECONDS)
    except TimeoutError:
        kill_group(process.pid)
        await process.wait()
    with contextlib.suppress(TimeoutError):
        # Only somebody who left the group and escaped the sweep can keep the pipe open.
        await asyncio.wait_for(output.at_end.wait(), _DRAIN_SECONDS)


def _shell_code(returncode: int | None) -> int | None:
    """The exit code as a shell counts it: 128 and the number of the signal."""
    if returncode is not None and returncode < 0:
        return 128 - returncode
    return returncode


def kill_group(pid: int) -> None:
    """Kill the process group that a process leads, if any of it is left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # nobody is left
        os.killpg(pid, signal.SIGKILL)


class _Output:
    """A pipe that the running loop empties as bytes come.

    Not asyncio's own pipe: on Python 3.11 ``wait()`` would then wait for everybody who inherited
    it, not for the process.
    """

    def __init__(self, max_bytes: int) -> None:
        """Make the pipe."""
        self.kept = HeadAndTail(max_bytes)
        self.at_end = asyncio.Event()
        self._read_end, self.write_end = os.pipe()

    def __enter__(self) -> Self:
        os.set_blocking(self._read_end, False)
        with contextlib.suppress(OSError):  # only a matter of speed, and of Linux
            fcntl.fcntl(self.write_end, _F_SETPIPE_SZ, _CHUNK_BYTES)
        asyncio.get_running_loop().add_reader(self._read_end, self._take)
        return self

    def __exit__(self, *_: object) -> None:
        self.close_write_end()
        asyncio.get_running_loop().remove_reader(self._read_end)
        os.close(self._read_end)

    def close_write_end(self) -> None:
        """Leave writing to the process, so that its end is seen."""
        if self.write_end >= 0:
            os.close(self.write_end)
            self.write_end = -1

    def _take(self) -> None:
        """Read what is there."""
        try:
            data = os.read(self._read_end, _CHUNK_BYTES)
        except BlockingIOError:
            return
        if data:
            self.kept.add(data)
            return
        self.at_end.set()
        asyncio.get_running_loop().remove_reader(self._read_end)
