"""What the interactive faces cost: CPU time to the first prompt, keys while a model streams, memory.

    python benchmarks/faces.py start --runs 5
    python benchmarks/faces.py keys --presses 60
    python benchmarks/faces.py memory --face cowork --turns 1000

*start* is the user and system time that a process on a pseudo-terminal has used when its prompt shows and
takes keys, and when the session behind it is there.
*keys* types single characters into the prompt while a scripted server streams 200 pieces of four
characters a second, and takes the wall time until the screen has each; *idle* is the same with nothing
streaming, which tells what the machine is doing beside. *memory* prints what is resident as a session
grows, of ``loom cowork`` on a pseudo-terminal or of ``loom tui`` headless.
"""

import argparse
import asyncio
import os
import pty
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from measuring.server_process import ServerProcess, serving

from loom_core.testing import Reply, Rule, Script

_LOOM = Path(sys.executable).with_name("loom")
_TICKS = os.sysconf("SC_CLK_TCK")
_LIMIT_SECONDS = 120.0
_PROMPTS = {"cowork": "starting", "tui": "say something"}
"""What each face shows when it can be typed at."""
_SESSIONS = {"cowork": "/help", "tui": "F1 keys"}
"""What each face shows when the session is there."""
_TURN_END = "cached"
"""What ``loom cowork`` shows at the end of a turn."""
_LONG = "\n\n".join(
    " ".join(f"word{number}" for number in range(first, first + 120))
    for first in range(0, 40_000, 120)
)
"""Far more than streams while keys are typed, in paragraphs of the length that models write."""
_SCRIPT = Script(
    rules=(
        Rule(last="stream", reply=Reply(text=_LONG, chunk_characters=4, chunk_delay_seconds=0.005)),
        Rule(schema_text='"found"', reply=Reply.answering({"found": ["nothing"]})),
        Rule(reply=Reply(text="That **is** all.\n\n- one\n- two\n")),
    )
)


class Face:
    """A face of Loom on a pseudo-terminal."""

    def __init__(self, name: str, place: Path, server: ServerProcess) -> None:
        """Start ``loom NAME`` against a server."""
        self._name = name
        self._shown = ""
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [_LOOM, name, "-w", str(workspace_of(place, server))],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={
                **os.environ,
                "LOOM_HOME": str(place / "home"),
                "TERM": "xterm-256color",
                "COLUMNS": "100",
                "LINES": "30",
            },
            start_new_session=True,
        )
        os.close(slave)

    def wait_for(self, text: str) -> float:
        """When a text was shown that had not been before, by the clock of ``perf_counter``."""
        end = time.perf_counter() + _LIMIT_SECONDS
        while text not in self._shown:
            if time.perf_counter() > end:
                sys.exit(f"loom {self._name} did not show {text!r}: {self._shown[-2000:]}")
            if select.select([self._master], [], [], 0.05)[0]:
                self._shown = (self._shown + os.read(self._master, 65536).decode(errors="replace"))[
                    -100_000:
                ]
        at = time.perf_counter()
        self._shown = ""
        return at

    def type(self, text: str) -> None:
        """Type a text."""
        os.write(self._master, text.encode())

    def drain(self, seconds: float) -> None:
        """Read what comes for so long."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if select.select([self._master], [], [], left)[0]:
                os.read(self._master, 65536)

    def cpu_seconds(self) -> float:
        """What the process has used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def end(self) -> None:
        """Stop it for good."""
        self.process.kill()
        self.process.wait()
        os.close(self._master)


def workspace_of(place: Path, server: ServerProcess) -> Path:
    """A workspace beside a home whose settings name the server."""
    home, workspace = place / "home", place / "workspace"
    home.mkdir(exist_ok=True)
    workspace.mkdir(exist_ok=True)
    (home / "loom.toml").write_text(
        "[models.scripted]\n"
        f'provider = "openai_compatible"\nmodel = "scripted"\nbase_url = "{server.url}"\n'
    )
    return workspace


@contextmanager
def begun(name: str, place: Path, server: ServerProcess) -> Iterator[Face]:
    """A face whose session is there."""
    face = Face(name, place, server)
    try:
        face.wait_for(_SESSIONS[name])
        yield face
    finally:
        face.end()


def measure_start(place: Path, server: ServerProcess, runs: int) -> None:
    """CPU time to the first prompt and to the session, beside that of ``loom --help``."""
    used: dict[str, list[float]] = {}
    for _ in range(runs + 1):
        for name, prompt in _PROMPTS.items():
            face = Face(name, place, server)
            for what, shown in (("prompt", prompt), ("session", _SESSIONS[name])):
                face.wait_for(shown)
                used.setdefault(f"loom {name}, {what}", []).append(face.cpu_seconds())
            face.end()
        used.setdefault("loom --help", []).append(cpu_of([str(_LOOM), "--help"]))
    for name, all_seconds in used.items():
        seconds = all_seconds[1:]  # the first made the database and warmed caches
        print(f"{name:20} {statistics.median(seconds):5.2f} s CPU (least {min(seconds):.2f})")


def cpu_of(command: list[str]) -> float:
    """What a command uses from start to end."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0  # it was waited for here, by its usage
    return used.ru_utime + used.ru_stime


def measure_keys(place: Path, server: ServerProcess, presses: int) -> None:
    """Wall time from a key to the screen, with and without a stream."""
    for name in _PROMPTS:
        for how in ("idle", "streaming"):
            with begun(name, place, server) as face:
                if how == "streaming":
                    face.type("stream\r")
                    face.wait_for("word9")
                face.drain(1.0)
                took = sorted(key_press(face, number) for number in range(presses))
            at_95 = took[int(len(took) * 0.95) - 1]
            middle = statistics.median(took)
            print(f"{name:7} {how:10} median {middle * 1e3:5.0f} ms  p95 {at_95 * 1e3:5.0f} ms")


def key_press(face: Face, number: int) -> float:
    """Seconds until a character that nothing else shows is on the screen."""
    character = chr(0x3041 + number % 80)  # Hiragana
    face.drain(0.15)
    began = time.perf_counter()
    face.type(character)
    return face.wait_for(character) - began


def resident_mb(process: int | str = "self") -> float:
    """Memory of a process that is resident now."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def is_told(number: int, turns: int) -> bool:
    """Whether the figures after this turn are printed."""
    return number in {1, 10} or number % max(1, turns // 10) == 0


def tell(number: int, megabytes: float, cpu_seconds: float) -> None:
    """Print the figures after a turn."""
    each = cpu_seconds / number
    print(f"{number:5} turns {megabytes:6.0f} MB {each * 1e3:6.0f} ms CPU each", flush=True)


def measure_cowork_memory(place: Path, server: ServerProcess, turns: int) -> None:
    """What ``loom cowork`` has resident as its session grows."""
    with begun("cowork", place, server) as face:
        cpu = face.cpu_seconds()
        for number in range(1, turns + 1):
            face.type(f"turn {number}: what is there to say?\r")
            face.wait_for(_TURN_END)
            if is_told(number, turns):
                tell(number, resident_mb(face.process.pid), face.cpu_seconds() - cpu)


async def measure_tui_memory(place: Path, server: ServerProcess, turns: int) -> None:
    """What a headless ``loom tui`` has resident as its session grows."""
    from loom_core.cli.cowork.wish import Wish
    from loom_core.cli.session import Session
    from loom_tui.app import LoomApp
    from loom_tui.opening import Opening

    workspace = workspace_of(place, server)
    os.environ["LOOM_HOME"] = str(place / "home")
    app = LoomApp(lambda: Opening(Session(), Wish(workspace=workspace)))
    async with app.run_test(size=(100, 30)) as pilot:
        while app.room is None:
            await pilot.pause(0.05)
        cpu = time.process_time()
        for number in range(1, turns + 1):
            await app.room.session.send(f"turn {number}: what is there to say?")
            await pilot.pause()
            if is_told(number, turns):
                tell(number, resident_mb(), time.process_time() - cpu)
        await app.end()


def main() -> None:
    """Measure one of the three."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=["start", "keys", "memory"])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--presses", type=int, default=60)
    parser.add_argument("--turns", type=int, default=1000)
    parser.add_argument("--face", choices=list(_PROMPTS), default="tui", help="for memory")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        with serving(_SCRIPT, place / "server") as server:
            if options.what == "start":
                measure_start(place, server, options.runs)
            elif options.what == "keys":
                measure_keys(place, server, options.presses)
            elif options.face == "cowork":
                measure_cowork_memory(place, server, options.turns)
            else:
                asyncio.run(measure_tui_memory(place, server, options.turns))


if __name__ == "__main__":
    main()
