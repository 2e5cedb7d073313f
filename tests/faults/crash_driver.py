"""Runs ``loom`` in processes that kill themselves at a chosen moment; everything is the real thing.

What is shown with it: a run may be killed with SIGKILL between any two writes of its journal, before
or after an effect in the workspace, and ``loom run --resume`` finishes it as if nothing had happened.

This program imports Loom once and then forks for every call, so that a crash and its resume cost
tenths of a second instead of seconds: the child is as fresh as a new process, because the parent has
only imported and runs no thread and no loop. It reads one JSON object a line from stdin and answers
each with one on stdout::

    {"do": "start", "arguments": [...], "environment": {...}, "directory": "...", "trace": "...",
     "path": [...], "is_traced": true, "crash": {...} | null}    -> {"pid": 1}
    {"do": "wait", "pid": 1, "seconds": 30}                      -> {"code": -9}

The code is told as ``subprocess`` does; null when the process took too long and was killed.

``path`` is where to find distributions that only this call has installed. In a traced child, and
nowhere else, three seams are wrapped: the store commits each piece of work by itself, so that every
record is a boundary (``Transactor.run`` and ``commit``); tools note that they begin and end
(``Tool.run``); files note that they were put in place (``os.rename`` and ``rename_to_new`` of
``workspace.durable``), removed (``os.unlink`` of it) or moved (``rename_to_new`` of
``workspace.moving``). What happened is appended to the file ``trace``. A crash names such a moment
and a side of it; the process sends itself SIGKILL there::

    {"at": "commit", "number": 7, "side": "before"}          the seventh commit
    {"at": "record", "type": "OutcomeReached", "subtask": "left", "side": "after"}
    {"at": "tool", "tool": "write_file", "subtask": "left", "side": "after"}
    {"at": "rename", "name": "left.txt", "side": "before"}
"""

import json
import os
import signal
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

_IMPORTED_ONCE = (
    "loom_core.app",
    "loom_core.cli.commands.run",
    "loom_core.cli.main",
    "loom_core.cli.run.run_goal",
    "loom_providers_openai.http_client",
    "loom_providers_openai.provider",
    "loom_providers_openai.streaming",
    "loom_tools.delete_file",
    "loom_tools.edit_file",
    "loom_tools.list_directory",
    "loom_tools.move_file",
    "loom_tools.read_file",
    "loom_tools.search_files",
    "loom_tools.shell_execute",
    "loom_tools.write_file",
    "loom_verifiers.checks",
    "loom_verifiers.deterministic",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "stevedore",
)
_TOOLS = (
    "delete_file.DeleteFile",
    "move_file.MoveFile",
    "read_file.ReadFile",
    "write_file.WriteFile",
    "shell_execute.ShellExecute",
)


class Seams:
    """The wrapped seams of one process, with its trace and the moment at which it dies."""

    def __init__(self, trace: Path, crash: dict[str, Any] | None) -> None:
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
        """Die if this is the moment; else go on."""
        wanted = {key: value for key, value in self._crash.items() if key != "side"}
        if wanted and self._crash["side"] == side and wanted.items() <= moment.items():
            os.kill(os.getpid(), signal.SIGKILL)

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
            for moment in moments:
                self._passes("before", moment)
            commit(transactor, transaction)
            for moment in moments:
                self._passes("after", moment)
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


def _become_loom(order: dict[str, Any]) -> None:
    """In the child: be ``loom`` with these arguments, until the process ends."""
    output = Path(order["trace"])
    for descriptor, name in ((1, ".stdout"), (2, ".stderr")):
        file = os.open(f"{output}{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["directory"])
    sys.path[:0] = order["path"]
    if order["is_traced"]:
        Seams(output, order["crash"]).wrap()
    main = import_module("loom_core.cli.main").main
    main(order["arguments"])


def _start(order: dict[str, Any]) -> dict[str, Any]:
    """Fork a child that becomes ``loom``."""
    child = os.fork()
    if child:
        return {"pid": child}
    code = 70
    try:
        _become_loom(order)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - a child never returns into the parent's loop
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _wait(order: dict[str, Any]) -> dict[str, Any]:
    """The exit code of a child; one that takes too long is killed, which the code then tells."""
    end = time.monotonic() + order["seconds"]
    while time.monotonic() < end:
        child, status = os.waitpid(order["pid"], os.WNOHANG)
        if child:
            return {"code": os.waitstatus_to_exitcode(status)}
        time.sleep(0.005)
    os.kill(order["pid"], signal.SIGKILL)
    os.waitpid(order["pid"], 0)
    return {"code": None}


def serve() -> None:
    """Answer orders until stdin ends."""
    for name in _IMPORTED_ONCE:
        import_module(name)
    for line in sys.stdin:
        order = json.loads(line)
        answer = _start(order) if order["do"] == "start" else _wait(order)
        print(json.dumps(answer), flush=True)  # noqa: T201 - the program's output


if __name__ == "__main__":
    serve()
