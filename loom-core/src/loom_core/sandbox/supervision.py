"""Starting commands under a supervisor, which ends with them whatever they left running."""

import contextlib
import json
import os
import sys
from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from loom_core.confinement.supervisor import Order
from loom_core.errors import SandboxUnavailable
from loom_core.sandbox.process import Launch, Limits, run_to_end
from loom_core.sandbox.sandbox import CommandResult

_PACKAGE = str(Path(__file__).parents[1])
_PROGRAM = f"""
import sys, types
parent = types.ModuleType("loom_core")
parent.__path__ = [{_PACKAGE!r}]
sys.modules["loom_core"] = parent
from loom_core.confinement.supervisor import main
main()
"""
"""What the supervisor runs: its part of this package and nothing that is imported with the rest."""


@contextlib.contextmanager
def supervisor(order: Order) -> Generator[tuple[list[str], int]]:
    """The command line of a supervisor, and the descriptor that it reads its order from.

    Not an argument: an order names every file that may be read, and one argument is bounded.
    """
    with os.fdopen(os.memfd_create("loom-order"), "wb") as file:
        file.write(json.dumps(asdict(order)).encode())
        file.flush()
        file.seek(0)
        descriptor = file.fileno()
        yield [sys.executable, "-I", "-S", "-c", _PROGRAM, str(descriptor)], descriptor


async def run_supervised(
    order: Order, limits: Limits, *, environment: Mapping[str, str], directory: Path
) -> CommandResult:
    """Run a command under a supervisor.

    Raises:
        SandboxUnavailable: it could not be confined, so nothing ran.
    """
    with _pipe() as lifeline, _pipe() as status:
        given = replace(order, lifeline=lifeline.read_end, status=status.write_end)

        def end(_supervisor: int) -> None:
            lifeline.close_write_end()

        with supervisor(given) as (argv, ordered):
            descriptors = (lifeline.read_end, status.write_end, ordered)
            launch = Launch(argv, environment, directory, descriptors)
            result = await run_to_end(launch, limits, end=end)
        status.close_write_end()
        if not result.was_killed and not os.read(status.read_end, 16):
            raise SandboxUnavailable(
                f"the command could not be confined: {result.output.strip()[-500:]}"
            )
    return result


@dataclass(slots=True)
class _Pipe:
    """Both ends of a pipe."""

    read_end: int
    write_end: int

    def close_write_end(self) -> None:
        """Let the other side see the end."""
        if self.write_end >= 0:
            os.close(self.write_end)
            self.write_end = -1


@contextlib.contextmanager
def _pipe() -> Generator[_Pipe]:
    """A pipe for the time of a command."""
    pipe = _Pipe(*os.pipe())
    try:
        yield pipe
    finally:
        pipe.close_write_end()
        os.close(pipe.read_end)
