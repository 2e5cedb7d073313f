"""A worker that is killed again and again, and the next one goes on with what it left."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Timer

from killing import job
from killing.journal import Journal

_MOST_CALLS = 400
"""Calls of ``loom`` for one job after which it counts as stuck."""


@dataclass
class Job:
    """One task on its way."""

    number: int
    workspace: Path
    calls: int = 0


@dataclass
class Tally:
    """What all workers saw."""

    kills: int = 0
    windows: Counter = field(default_factory=Counter)
    """Kills between an intent and its result, by tool."""
    already_done: Counter = field(default_factory=Counter)
    """Those of them whose effect was there: without a look it would have come twice."""
    finished: list = field(default_factory=list)
    stuck: list = field(default_factory=list)


class Field:
    """The jobs, what is known of them, and how much longer is killed."""

    def __init__(self, root: Path, journal: Journal, kills: int, longest: float) -> None:
        self.root = root
        self.journal = journal
        self.tally = Tally()
        self.longest = longest
        self._kills_left = kills
        self._given = 0
        self._waiting: SimpleQueue[Job] = SimpleQueue()
        self._lock = Lock()

    def take(self) -> Job | None:
        """What a dead worker left, else a new job while there are kills left; None at the end."""
        try:
            return self._waiting.get_nowait()
        except Empty:
            with self._lock:
                if not self._kills_left:
                    return None
                self._given += 1
                workspace = self.root / f"workspace{self._given}"
                workspace.mkdir()
                return Job(self._given, workspace)

    def leave(self, left: Job) -> None:
        """Put a job back."""
        self._waiting.put(left)

    def count_kill(self) -> None:
        """One kill less that is left."""
        with self._lock:
            self._kills_left -= bool(self._kills_left)
            self.tally.kills += 1

    def has_kills(self) -> bool:
        return self._kills_left > 0


class Worker:
    """One engine after the other in processes of their own."""

    def __init__(self, name: str, ground: Field, environment: dict[str, str]) -> None:
        self._ground = ground
        self._chance = random.Random(name)
        self._log = ground.root / f"{name}.log"
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("forking.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
            cwd=ground.root,
        )

    def work(self) -> None:
        """Until there is nothing left."""
        while (one := self._ground.take()) is not None:
            self._go_on(one)
        self._process.stdin.close()
        self._process.wait()

    def _go_on(self, one: Job) -> None:
        """Work on a job until it is done or the process is killed."""
        ground, goal = self._ground, job.goal(one.number)
        task = ground.journal.task_of(goal)
        begin = ["run", goal, "-w", str(one.workspace), "--approval", "auto"]
        after = self._chance.uniform(0.0, ground.longest) if ground.has_kills() else None
        code = self._call(["run", "--resume", task] if task else begin, after)
        one.calls += 1
        if code == -signal.SIGKILL:
            self._note_kill(goal, one)
        elif code in {
            0,
            2,
        }:  # 2: it was killed after its last record, and there is nothing to resume
            ground.tally.finished.append(one)
            return
        if one.calls >= _MOST_CALLS or code not in {0, 2, -signal.SIGKILL}:
            ground.tally.stuck.append((one, code))
        else:
            ground.leave(one)

    def _note_kill(self, goal: str, one: Job) -> None:
        """Whether the kill fell between an intent and its result."""
        ground = self._ground
        ground.count_kill()
        task = ground.journal.task_of(goal)
        call = ground.journal.open_call(task) if task else None
        if call is not None:
            ground.tally.windows[call["tool"]] += 1
            done = job.is_there(call["tool"], call["arguments"], one.workspace)
            ground.tally.already_done[call["tool"]] += done

    def _call(self, arguments: list[str], kill_after: float | None) -> int:
        """One call of ``loom``, killed after so many seconds unless it ends before."""
        order = {"arguments": arguments, "log": str(self._log)}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        child = int(self._process.stdout.readline())
        timer = Timer(kill_after or 0.0, _kill, [child])
        if kill_after is not None:
            timer.start()
        code = int(self._process.stdout.readline())
        timer.cancel()
        return code

    def time_of(self, arguments: list[str]) -> float:
        """How long a call takes that nobody kills."""
        begun = time.monotonic()
        code = self._call(arguments, None)
        if code:
            raise SystemExit(f"a run that nobody kills ended with {code}: {self._log.read_text()}")
        return time.monotonic() - begun


def _kill(process: int) -> None:
    """A process may have just ended; its number is kept until it is waited for."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
