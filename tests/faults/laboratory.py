"""Where runs are crashed and resumed: a driver process, a model, and a place for each experiment."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledgers import Ledger, PostgresqlLedger, SqliteLedger
from scenario import BIG_GOAL, model
from snapshots import restore
from state_image import files_of, image_of, records_of

from loom_core.testing import RequestRecord, Rule, Script, ScriptedServer
from loom_core.testing.postgresql import PostgresqlServer

LIMIT_SECONDS = 60.0
"""The longest that one call of ``loom`` may take; far more than it does on a busy machine."""
KILLED = -signal.SIGKILL


class Driver:
    """The process that forks one child for each call of ``loom``."""

    def __init__(self, *before: str | Path) -> None:
        """Start it, with another program and its arguments before it."""
        program = Path(__file__).with_name("crash_driver.py")
        self._process = subprocess.Popen(
            [*before, sys.executable, program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def order(self, **order: Any) -> dict[str, Any]:
        """Give an order and read its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """End the process; whoever it forked has been waited for."""
        self._process.communicate(timeout=LIMIT_SECONDS)


@dataclass(slots=True)
class Call:
    """One call of ``loom`` and everything that could be seen of it."""

    pid: int
    trace_file: Path
    key: str
    experiment: "Experiment"
    code: int | None = None

    def finish(self) -> "Call":
        """Wait for its end."""
        answer = self.experiment.laboratory.driver.order(
            do="wait", pid=self.pid, seconds=LIMIT_SECONDS
        )
        self.code = answer["code"]
        return self

    def is_stopped(self) -> bool:
        """Whether it stands still, as SIGSTOP has it."""
        facts = Path(f"/proc/{self.pid}/stat").read_text()
        return facts.rpartition(")")[2].split()[0] == "T"

    def go_on(self) -> None:
        """Let it go on."""
        os.kill(self.pid, signal.SIGCONT)

    @property
    def requests(self) -> list[RequestRecord]:
        """What it asked the model; the last request of a killed process may arrive after its death."""
        return [
            request
            for request in self.experiment.laboratory.server.requests
            if request.headers.get("authorization") == f"Bearer {self.key}"
        ]

    @property
    def trace(self) -> list[dict[str, Any]]:
        """What the seams noted, in order; a line that the kill cut short is none."""
        lines = self.trace_file.read_text().split("\n")[:-1] if self.trace_file.exists() else []
        return [json.loads(line) for line in lines]

    @property
    def stdout(self) -> str:
        return Path(f"{self.trace_file}.stdout").read_text()

    @property
    def stderr(self) -> str:
        return Path(f"{self.trace_file}.stderr").read_text()

    def noted(self, at: str, **facts: Any) -> list[dict[str, Any]]:
        """The notes of one seam that say all of this."""
        return [note for note in self.trace if {"at": at, **facts}.items() <= note.items()]


@dataclass(slots=True)
class Experiment:
    """A home and a workspace, and the calls of ``loom`` made with them."""

    laboratory: "Laboratory"
    root: Path
    calls: list[Call] = field(default_factory=list[Call])

    url: str = ""
    """Of its database in PostgreSQL; empty: a file in its home."""

    @property
    def database(self) -> Path:
        return self.root / "home" / "loom.db"

    @property
    def ledger(self) -> Ledger:
        return PostgresqlLedger(self.url) if self.url else SqliteLedger(self.database)

    @property
    def workspace(self) -> Path:
        return self.root / "workspace"

    def start(
        self,
        *arguments: str,
        crash: dict[str, Any] | None = None,
        is_traced: bool = True,
        snapshots: Path | None = None,
        is_writing: bool = True,
    ) -> Call:
        """Call ``loom``; it may die on the way. Untraced it is exactly the program that users have."""
        trace = self.laboratory.new_trace()
        settings = self.root / "home" / "loom.toml"
        key = self.laboratory.write_settings(settings, self.url) if is_writing else ""
        answer = self.laboratory.driver.order(
            do="start",
            arguments=arguments,
            environment=self._environment(),
            directory=str(self.root),
            trace=str(trace),
            path=[str(self.laboratory.plugins)] if self.laboratory.plugins else [],
            is_traced=is_traced,
            crash=crash,
            snapshots=str(snapshots or ""),
        )
        call = Call(answer["pid"], trace, key, self)
        self.calls.append(call)
        return call

    def begin(self, goal: str = BIG_GOAL, **how: Any) -> Call:
        """``loom run GOAL``, not waited for; keyword arguments as ``start`` takes them."""
        words = ("run", goal, "-w", str(self.workspace), "--approval", "auto")
        return self.start(*words, **how)

    def run(self, goal: str = BIG_GOAL, **how: Any) -> Call:
        """``loom run GOAL`` to its end or its crash."""
        return self.begin(goal, **how).finish()

    def go_on(self, **how: Any) -> Call:
        """``loom run --resume``, not waited for; asks again for a task that was never stored."""
        records = self.records()
        if not records:
            return self.begin(**how)
        return self.start("run", "--resume", records[0]["task_id"], **how)

    def resume(self, **how: Any) -> Call:
        """``go_on`` to its end or its crash."""
        return self.go_on(**how).finish()

    @property
    def task_id(self) -> str:
        return self.records()[0]["task_id"]

    def records(self) -> list[dict[str, Any]]:
        """The journal so far."""
        return records_of(self.ledger)

    def image(self) -> dict[str, Any]:
        return image_of(self.ledger)

    def files(self) -> dict[str, bytes]:
        return files_of(self.workspace)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "LOOM_HOME": str(self.root / "home"),
            "OLLAMA_HOST": "127.0.0.1:9",
            "NO_PROXY": "127.0.0.1",
        }


class Laboratory:
    """One driver and one model for many experiments."""

    def __init__(
        self,
        root: Path,
        server: ScriptedServer,
        driver: Driver,
        *,
        traces: Path,
        plugins: Path | None = None,
        settings: str = "",
        postgresql: PostgresqlServer | None = None,
        tier: int = 1,
    ) -> None:
        self.root = root
        self.server = server
        self.driver = driver
        self.traces = traces
        self.plugins = plugins
        self._settings = settings
        self._postgresql = postgresql
        self._tier = tier
        self._experiments = 0
        self._keys = 0
        self._traces = 0

    @contextmanager
    def experiment(self) -> Iterator[Experiment]:
        """A fresh home and workspace, which go when the experiment succeeded."""
        self._experiments += 1
        root = self.root / f"experiment{self._experiments}"
        for name in ("home", "workspace"):
            (root / name).mkdir(parents=True)
        url = self._postgresql.new_database() if self._postgresql else ""
        yield Experiment(self, root, url=url)
        shutil.rmtree(root)

    @contextmanager
    def restored(self, snapshot: Path, root: Path) -> Iterator[Experiment]:
        """An experiment as it was when a copy was taken at that place: the call of then is dead."""
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
        experiment = Experiment(self, root)
        trace = restore(snapshot, root)
        experiment.calls.append(Call(0, trace, "dead", experiment, code=KILLED))
        yield experiment
        shutil.rmtree(root)

    def new_trace(self) -> Path:
        """The file for what is noted of the next call."""
        self._traces += 1
        return self.traces / str(self._traces)

    def write_settings(self, file: Path, url: str = "") -> str:
        """Write settings with a key that no other call has, by which its requests are told apart."""
        self._keys += 1
        key = f"call-{self._keys}"
        lines = model(self.server.url, slots=2, api_key=key, tier=self._tier)
        memory = f'[memory]\ndatabase_url = "{url}"\n' if url else ""
        file.write_text(f"{self._settings}\n{memory}[models.small]\n{lines}\n")
        return key


@contextmanager
def open_laboratory(
    root: Path,
    rules: Sequence[Rule],
    *,
    before: Sequence[str | Path] = (),
    **how: Any,
) -> Iterator[Laboratory]:
    """A laboratory whose model answers by these rules.

    ``before`` is what starts the driver, and may give it another disk at ``root``, which is seen by the
    way through its process then; other keyword arguments are those of ``Laboratory``.
    """
    driver = Driver(*before)
    traces = root.with_name(f"{root.name}-traces")  # on no disk that is to become full
    traces.mkdir()
    if before:
        root = Path(f"/proc/{driver.order(do='pid')['pid']}/root{root}")
    try:
        with ScriptedServer(Script(rules=tuple(rules))) as server:
            yield Laboratory(root, server, driver, traces=traces, **how)
    finally:
        driver.close()
