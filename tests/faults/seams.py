"""Seams of one ``loom`` process: places in which it notes what it does, and at which something happens to it.

The store commits each piece of work by itself, so that every record is a boundary (``Transactor.run``
and ``commit``); tools note that they begin and end (``Tool.run``); files note that they were put in
place (``os.rename`` and ``rename_to_new`` of ``workspace.durable``), removed (``os.unlink`` of it) or
moved (``rename_to_new`` of ``workspace.moving``).

What may happen at such a moment: the process kills itself with SIGKILL (the default), or stands still
(``"act": "stop"``) until somebody continues it, or a disk becomes full (``"act": "fill"`` with the
``path`` of a file that takes all that is left of it).
"""

import contextlib
import json
import os
import signal
import threading
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from snapshots import Snapshots

_TOOLS = (
    "delete_file.DeleteFile",
    "edit_file.EditFile",
    "move_file.MoveFile",
    "read_file.ReadFile",
    "write_file.WriteFile",
    "shell_execute.ShellExecute",
)
_HOW = {"side", "act", "path"}
"""What of a crash says when and how, and not at which moment."""


class Seams:
    """The wrapped seams of one process, with its trace and the moment at which something happens."""

    def __init__(
        self, trace: Path, crash: dict[str, Any] | None, snapshots: Snapshots | None = None
    ) -> None:
        self._snapshots = snapshots
        self._trace = trace.open("a", encoding="utf-8")
        self._crash = crash or {}
        self._commits = 0
        self._records: list[tuple[str, str]] = []

    def wrap(self) -> None:
        """Wrap all three; for the rest of the process's life."""
        self._wrap_commits()
        self._wrap_renames()
        for name in _TOOLS:
            module, _, kind = name.partition(".")
            self._wrap_tool(getattr(import_module(f"loom_tools.{module}"), kind))

    def _passes(self, side: str, moment: dict[str, Any]) -> None:
        """Have it happen if this is the moment; else go on."""
        wanted = {key: value for key, value in self._crash.items() if key not in _HOW}
        if wanted and self._crash["side"] == side and wanted.items() <= moment.items():
            crash, self._crash = self._crash, {}
            _happen(crash)

    def _reached(self, side: str, moments: Sequence[dict[str, Any]]) -> None:
        """Keep what is there, or have happen what is to happen."""
        if self._snapshots is not None:
            self._snapshots.take(self._commits, side)
        for moment in moments:
            self._passes(side, moment)

    def _note(self, **facts: Any) -> None:
        """Append to the trace, at once."""
        self._trace.write(json.dumps(facts) + "\n")
        self._trace.flush()

    def _wrap_commits(self) -> None:
        from loom_core.store.transactor import Result, Transactor

        run, commit = Transactor.run, Transactor.commit

        def run_one_by_one(transactor: Any, works: Any) -> Result:
            results = [self._run_one(run, transactor, work) for work in works]
            answers = [answer for result in results for answer in result.answers]
            return Result(answers, [event for result in results for event in result.events])

        def traced(transactor: Any, transaction: Any) -> None:
            self._commits += 1
            moments = [{"at": "commit", "number": self._commits}]
            moments += [
                {"at": "record", "type": kind, "subtask": name} for kind, name in self._records
            ]
            self._reached("before", moments)
            commit(transactor, transaction)
            self._reached("after", moments)
            self._note(at="commit", number=self._commits, records=self._records)

        Transactor.run, Transactor.commit = run_one_by_one, traced

    def _run_one(self, run: Any, transactor: Any, job: Any) -> Any:
        """Do one piece of work, and know meanwhile which records it wants to add."""
        lines = getattr(job.work, "lines", None) or [getattr(job.work, "line", None)]
        self._records = [(type(line.body).__name__, line.subtask_id) for line in lines if line]
        return run(transactor, [job])

    def _wrap_renames(self) -> None:
        from loom_core.workspace import durable, moving

        rename, rename_to_new = os.rename, durable.rename_to_new
        seams = self

        class TracedOs:
            """The module ``os`` as ``durable`` sees it."""

            def __getattr__(self, name: str) -> Any:
                return getattr(os, name)

            def rename(self, source: str, target: str, **directories: int) -> None:
                seams._around("rename", target, lambda: rename(source, target, **directories))

            def unlink(self, name: str, **directory: int) -> None:
                seams._around("unlink", name, lambda: os.unlink(name, **directory))

        def putting(source: str, target: str, **where: Any) -> None:
            self._around("rename", target, lambda: rename_to_new(source, target, **where))

        def moved(source: str, target: str, **where: Any) -> None:
            self._around("move", target, lambda: rename_to_new(source, target, **where))

        durable.os, durable.rename_to_new, moving.rename_to_new = TracedOs(), putting, moved

    def _around(self, at: str, name: str, act: Any) -> None:
        """Let a file come, go or move, and say so."""
        moment = {"at": at, "name": name}
        self._passes("before", moment)
        act()
        self._note(**moment)
        self._passes("after", moment)

    def _wrap_tool(self, kind: Any) -> None:
        run = kind.run

        async def traced(tool: Any, arguments: Any, context: Any) -> Any:
            moment = {"at": "tool", "tool": tool.name, "subtask": context.subtask_id}
            said = arguments.model_dump(mode="json")
            self._note(**moment, side="before", arguments=said)
            self._passes("before", moment)
            result = await run(tool, arguments, context)
            self._note(**moment, side="after", arguments=said)
            self._passes("after", moment)
            return result

        kind.run = traced


def _happen(crash: dict[str, Any]) -> None:
    """What the moment has in store."""
    match crash.get("act", "kill"):
        case "stop":
            # To this thread: another one would let this one run on for a moment.
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
            _let_an_hour_pass()
        case "fill":
            fill_disk(Path(crash["path"]))
        case _:
            os.kill(os.getpid(), signal.SIGKILL)


def _let_an_hour_pass() -> None:
    """For the engine's clock, as if it had stood still for so long."""
    from loom_core.engine import lease

    class LaterTime:
        """The module ``time`` as ``lease`` sees it."""

        def __getattr__(self, name: str) -> Any:
            return getattr(time, name)

        def clock_gettime(self, clock: int) -> float:
            return time.clock_gettime(clock) + 3600

    lease.time = LaterTime()


def fill_disk(file: Path) -> None:
    """Write a file until nothing more fits onto its disk."""
    with file.open("wb", buffering=0) as filler:
        for size in (4096, 512, 1):
            with contextlib.suppress(OSError):
                while True:
                    filler.write(b"x" * size)
