"""Running a program that reads what strangers wrote, which can take nothing else along."""

import asyncio
import contextlib
import os
import sys
import tempfile
from typing import IO


async def run_reader(
    module: str, *arguments: str, given: bytes, time_limit_seconds: float
) -> bytes:
    """What a module's program writes for some input; as much as it wrote when it had to be killed.

    The program gets no environment, so that nothing of the user's is in it, and bounds itself with
    ``reader_limits``.

    Args:
        module: run as ``python -m MODULE``.
        arguments: other users of the machine can see them; what is private belongs into ``given``.
        given: its standard input.
        time_limit_seconds: wall time after which it is killed.
    """
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as written:
        await asyncio.to_thread(_fill, source, given)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-s", "-X", "utf8", "-m", module, *arguments),
            stdin=source,
            stdout=written,
            stderr=asyncio.subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            cwd=tempfile.gettempdir(),
        )
        try:
            with contextlib.suppress(TimeoutError):  # what was written until then is used
                await asyncio.wait_for(process.wait(), time_limit_seconds)
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):  # it has ended in this moment
                    process.kill()
                await asyncio.shield(process.wait())
        return await asyncio.to_thread(_content, written)


def _fill(file: IO[bytes], data: bytes) -> None:
    """Write the input and go back to its start."""
    file.write(data)
    file.seek(0)


def _content(file: IO[bytes]) -> bytes:
    """All of a file."""
    file.seek(0)
    return file.read()
