"""Runs ``loom`` in processes that kill themselves at a chosen moment; everything is the real thing.

What is shown with it: a run may be killed with SIGKILL between any two writes of its journal, before
or after an effect in the workspace, and ``loom run --resume`` finishes it as if nothing had happened.

This program imports Loom and its parts once and then forks for every call, so that a crash and its
resume cost tenths of a second instead of seconds: the child is as fresh as a new process, because the
parent has only imported, looked which distributions there are and what arguments the tools take, and
runs no thread and no loop. It reads one JSON object a line from stdin and answers
each with one on stdout::

    {"do": "start", "arguments": [...], "environment": {...}, "directory": "...", "trace": "...",
     "path": [...], "is_traced": true, "crash": {...} | null, "snapshots": "..."}  -> {"pid": 1}
    {"do": "wait", "pid": 1, "seconds": 30}                      -> {"code": -9}
    {"do": "pid"}                                                -> {"pid": 1}

The code is told as ``subprocess`` does; null when the process took too long and was killed.

``path`` is where to find distributions that only this call has installed. In a traced child, and
nowhere else, the seams of ``seams.py`` are wrapped, and what happened is appended to the file
``trace``; ``snapshots`` is a directory for copies of what is there at each boundary, or empty. A crash
names a moment and a side of it; the process sends itself SIGKILL there::

    {"at": "commit", "number": 7, "side": "before"}          the seventh commit
    {"at": "record", "type": "OutcomeReached", "subtask": "left", "side": "after"}
    {"at": "tool", "tool": "write_file", "subtask": "left", "side": "after"}
    {"at": "rename", "name": "left.txt", "side": "before"}
"""

import gc
import json
import os
import signal
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

from seams import Seams
from snapshots import Snapshots

from loom_core.contracts.tool import Tool
from loom_core.extensions import Group, forget, load_all
from loom_core.extensions.instances import make_all

_IMPORTED_ONCE = (
    "loom_core.app",
    "loom_core.cli.commands.run",
    "loom_core.cli.main",
    "loom_core.cli.run.run_goal",
    "loom_core.cli.run.whereabouts",
    "loom_core.cli.terminal.log_handler",
    "loom_providers_openai.http_client",
    "loom_providers_openai.streaming",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "stevedore",
)
_GROUPS = (Group.CHECKS, Group.PLUGINS, Group.TOOL_SOURCES, Group.VERIFIERS)
"""Of whose parts a run imports every one."""


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
    if order["path"]:
        sys.path[:0] = order["path"]
        forget()  # which distributions there are
    if order["is_traced"]:
        place = Path(order["directory"])
        copies = order["snapshots"]
        snapshots = Snapshots(Path(copies), place, output) if copies else None
        Seams(output, order["crash"], snapshots).wrap()
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


def _pid(_order: dict[str, Any]) -> dict[str, Any]:
    """The number of this process, through which others see what is mounted for it alone."""
    return {"pid": os.getpid()}


_ANSWERS = {"start": _start, "wait": _wait, "pid": _pid}


def serve() -> None:
    """Answer orders until stdin ends."""
    for name in _IMPORTED_ONCE:
        import_module(name)
    load_all(Group.PROVIDERS, ["openai_compatible"])
    for group in _GROUPS:
        load_all(group)
    for tool in make_all(Group.TOOLS, Tool)[0]:
        tool.spec()
    gc.collect()
    gc.freeze()  # a collection in each child would go through all of it, and so copy it
    for line in sys.stdin:
        order = json.loads(line)
        answer = _ANSWERS[order["do"]](order)
        print(json.dumps(answer), flush=True)  # noqa: T201 - the program's output


if __name__ == "__main__":
    serve()
