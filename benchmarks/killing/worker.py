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
from itertools import pairwise
from pathlib import Path
from queue import Empty, SimpleQueue
from statistics import median
from threading import Event, Lock, Thread

from killing import job
from killing.journal import Journal
from loom_core.testing import ScriptedServer

_TOLD_EVERY = 50
_MOST_REQUESTS = 3
_LOOKS_EVERY_SECONDS = 0.01
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

    def __init__(
        self, root: Path, journal: Journal, server: ScriptedServer, kills: int, seconds: float
    ) -> None:
        self.root = root
        self.journal = journal
        self.server = server
        self.tally = Tally()
        self._kills_left = kills
        self._until = time.monotonic() + seconds
        self._given = 0
        self._waiting: SimpleQueue[Job] = SimpleQueue()
        self._lock = Lock()

    def take(self) -> Job | None:
        """What a dead worker left, else a new job while there are kills left; None at the end."""
        try:
            return self._waiting.get_nowait()
        except Empty:
            with self._lock:
                if not self.has_kills():
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
            if not self.tally.kills % _TOLD_EVERY:
                hits = self.tally.windows.total()
                print(f"{self.tally.kills} kills, {hits} windows of doubt", file=sys.stderr)

    def has_kills(self) -> bool:
        return self._kills_left > 0 and time.monotonic() < self._until


class Worker:
    """One engine after the other in processes of their own."""

    def __init__(self, name: str, ground: Field, environment: dict[str, str]) -> None:
        self._ground = ground
        self._name = name
        self._chance = random.Random(name)
        self._log = ground.root / f"{name}.log"
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("forking.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment, "LOOM_MODELS__SMALL__API_KEY": name},
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
        code = self._call(["run", "--resume", task] if task else begin)
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

    def _call(self, arguments: list[str]) -> int:
        """One call of ``loom``, killed at a random moment unless it ends before."""
        order = {"arguments": arguments, "log": str(self._log)}
        before = len(self._requests())
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        child = int(self._process.stdout.readline())
        over = Event()
        killer = Thread(target=self._kill, args=(child, before, over))
        if self._ground.has_kills():
            killer.start()
        code = int(self._process.stdout.readline())
        over.set()
        return code

    def _kill(self, child: int, before: int, over: Event) -> None:
        """Wait for a few requests of the model, or none, and then for a part of the time between two."""
        requests = before + self._chance.randint(0, _MOST_REQUESTS)
        while len(self._requests()) < requests:
            if over.wait(_LOOKS_EVERY_SECONDS):
                return
        if not over.wait(self._chance.uniform(0.0, self._gap())):
            with suppress(ProcessLookupError):  # its number is kept until it is waited for
                os.kill(child, signal.SIGKILL)

    def _requests(self) -> list:
        """What this worker's runs have asked so far."""
        own = f"Bearer {self._name}"
        return [
            one for one in self._ground.server.requests if one.headers.get("authorization") == own
        ]

    def _gap(self) -> float:
        """Seconds between two requests of a run, as it was lately."""
        times = [one.arrived for one in self._requests()[-20:]]
        return median(b - a for a, b in pairwise(times)) if len(times) > 1 else 1.0
