"""The scripted model server in a process of its own, and what its log says afterwards."""

import json
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from loom_core.testing import Script, ServerFacts

_START_SECONDS = 30.0


class ServerProcess:
    """A server that runs; times in its log are seconds since the epoch."""

    def __init__(self, url: str, log: Path) -> None:
        """Know where it listens and where it writes."""
        self.url = url
        self._log = log

    def requests(self) -> list[dict[str, Any]]:
        """Every answered request, in order of arrival."""
        lines = [json.loads(line) for line in self._log.read_text().splitlines()]
        return sorted(
            (line for line in lines if line["event"] == "ended"), key=lambda line: line["index"]
        )

    def first_arrival(self) -> float | None:
        """When the first request came; None before that."""
        for line in self._log.read_text().splitlines() if self._log.exists() else ():
            record = json.loads(line)
            if record["event"] == "arrived":
                return record["time"]
        return None

    def gaps(self) -> list[float]:
        """Seconds between the end of each answer and the arrival of the request after it."""
        records = self.requests()
        return [after["arrived"] - before["ended"] for before, after in pairwise(records)]


@contextmanager
def serving(
    script: Script, directory: Path, *, facts: ServerFacts | None = None
) -> Generator[ServerProcess]:
    """A server for a script, which keeps its files in a directory; facts are what it says of itself."""
    directory.mkdir(parents=True, exist_ok=True)
    script_file, port_file, log = (directory / name for name in ("script.json", "port", "log"))
    script_file.write_text(script.model_dump_json())
    facts_file = directory / "facts.json"
    facts_file.write_text((facts or ServerFacts()).model_dump_json())
    options = ["--script", script_file, "--facts", facts_file]
    options += ["--port-file", port_file, "--log", log]
    process = subprocess.Popen([sys.executable, "-m", "loom_core.testing.server", *options])
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not port_file.exists():
            if time.monotonic() > deadline or process.poll() is not None:
                raise RuntimeError("the scripted server did not start")
            time.sleep(0.01)
        yield ServerProcess(f"http://127.0.0.1:{port_file.read_text().strip()}", log)
    finally:
        process.terminate()
        process.wait()
