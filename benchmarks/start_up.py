"""What it costs to start: CPU time of a process, and the time until the first request to a model.

    python benchmarks/start_up.py --runs 7

User and system time of finished child processes, median. *to request* is from just before the
process is made to the moment the scripted server has its first chat request, wall time; the
database exists already in every run but the warm-up. ``--imports`` lists what took longest to
import on the way to the first request.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from measuring.server_process import ServerProcess, serving

from loom_core.testing import Reply, Script

_LOOM = Path(sys.executable).with_name("loom")
_IMPORT = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \| (\s*)(\S+)")


@dataclass(frozen=True, slots=True)
class Start:
    """One process from start to end."""

    cpu_seconds: float
    wall_seconds: float
    peak_mb: float
    """The most memory that it had resident."""
    request_seconds: float | None = None
    """Until the first request; None when it makes none."""


def main() -> int:
    """Measure in turns, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--imports", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        starts: dict[str, list[Start]] = {}
        for number in range(options.runs + 1):
            for name, start in one_round(place, number):
                if number:  # the first round warms caches and makes the database
                    starts.setdefault(name, []).append(start)
        show(starts)
        if options.imports:
            show_imports(place)
    return 0


def one_round(place: Path, number: int) -> list[tuple[str, Start]]:
    """Every way to start, once."""
    python = sys.executable
    return [
        ("python -c pass", timed([python, "-c", "pass"], place)),
        ("import loom_core", timed([python, "-c", "import loom_core"], place)),
        ("loom --help", timed([str(_LOOM), "--help"], place)),
        ("import httpx", timed([python, "-c", "import httpx"], place)),
        ("import sqlalchemy", timed([python, "-c", "import sqlalchemy"], place)),
        ("loom run", run_goal(place, f"run-{number}")),
    ]


def run_goal(place: Path, name: str) -> Start:
    """``loom run`` against a server that gives up at once, so that little but the start is left."""
    reply = Reply.calling("blocked", reason="nothing is to be done here")
    with serving(Script.always(reply), place / name) as server:
        started = time.time()
        start = timed(run_command(place, server), place)
    arrived = server.first_arrival()
    if arrived is None:
        sys.exit("the run does not count: no request arrived")
    return replace(start, request_seconds=arrived - started)


def run_command(place: Path, server: ServerProcess) -> list[str]:
    """The command line, with its settings file written."""
    home = place / "home"
    home.mkdir(exist_ok=True)
    (home / "loom.toml").write_text(
        "[models.scripted]\n"
        f'provider = "openai_compatible"\nmodel = "scripted"\nbase_url = "{server.url}"\n'
        "[execution]\nmax_subtask_retries = 0\nmax_replans = 0\n"
    )
    workspace = place / "workspace"
    workspace.mkdir(exist_ok=True)
    return [str(_LOOM), "run", "Do nothing.", "-w", str(workspace)]


def timed(command: list[str], place: Path) -> Start:
    """Run a command to its end."""
    environment = {**os.environ, "LOOM_HOME": str(place / "home")}
    wall = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0  # it was waited for here, by its usage
    seconds = time.perf_counter() - wall
    return Start(used.ru_utime + used.ru_stime, seconds, used.ru_maxrss / 1024)


def show(starts: dict[str, list[Start]]) -> None:
    """Print the medians."""
    print(f"{'what':18} {'cpu ms':>7} {'wall ms':>8} {'peak MB':>8} {'to request ms':>14}")
    for name, runs in starts.items():
        request = [run.request_seconds for run in runs if run.request_seconds is not None]
        print(
            f"{name:18} {statistics.median(run.cpu_seconds for run in runs) * 1e3:7.0f} "
            f"{statistics.median(run.wall_seconds for run in runs) * 1e3:8.0f} "
            f"{statistics.median(run.peak_mb for run in runs):8.0f} "
            + (f"{statistics.median(request) * 1e3:14.0f}" if request else "")
        )


def show_imports(place: Path) -> None:
    """Print the imports of a run that took longest, with everything that they import."""
    reply = Reply.calling("blocked", reason="nothing is to be done here")
    with serving(Script.always(reply), place / "imports") as server:
        command = [sys.executable, "-X", "importtime", *run_command(place, server)]
        environment = {**os.environ, "LOOM_HOME": str(place / "home")}
        said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    found = [
        (int(match[2]), match[4])
        for line in said.stderr.splitlines()
        if (match := _IMPORT.match(line)) and "." not in match[4]
    ]
    for microseconds, module in sorted(found, reverse=True)[:15]:
        print(f"{microseconds / 1e3:8.1f} ms  {module}")


if __name__ == "__main__":
    sys.exit(main())
