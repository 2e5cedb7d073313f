"""Runs a list of goals through ``loom run`` and says how many were truly done.

    python benchmarks/run_goals.py                     # held-out single-step goals, default model
    python benchmarks/run_goals.py --steps 2 --model coder
    python benchmarks/run_goals.py --set tuning --only colors --keep /tmp/runs

Every run gets a fresh workspace and a fresh database. *Claimed* is exit code 0; *true* is the verdict
of the goal's checker on the workspace; a *false success* is claimed and not true.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "goals"))

from checkers import CHECKERS  # noqa: E402  # found through the path above
from goal_list import SETS, Goal, load_goals  # noqa: E402  # as above
from workspace_judge import FinishedWorkspace, NotDone  # noqa: E402  # as above


@dataclass(frozen=True, slots=True)
class Measurement:
    """One goal run once."""

    goal: str
    steps: int
    is_true: bool
    is_claimed: bool
    problem: str
    """What the checker found wrong; empty when the goal was truly done."""
    said: str
    """What Loom gave as the reason when it did not claim success."""
    exit_code: int | None
    """None when it was stopped at the time limit."""
    seconds: float
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    model_calls: int

    @property
    def is_false_success(self) -> bool:
        """Whether success was claimed and is not true."""
        return self.is_claimed and not self.is_true


def main() -> int:
    """Run the goals, print the table, write the results; 1 when a success was false."""
    options = _options()
    goals = [
        goal
        for goal in load_goals(options.set)
        if (not options.only or goal.id in options.only)
        and (options.only or options.steps in {0, goal.steps})
    ]
    if not goals:
        raise SystemExit("no goal matches --set, --steps and --only")
    measurements: list[Measurement] = []
    for round_number in range(options.repeat):
        for goal in goals:
            measurements.append(_run(goal, round_number, options))
            print(_row(measurements[-1]), file=sys.stderr, flush=True)
    report = _markdown(measurements, options)
    print(report)
    _write(measurements, report, options)
    return int(any(one.is_false_success for one in measurements))


def _options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", choices=SETS, default="held_out")
    parser.add_argument("--steps", type=int, default=1, help="1, 2, or 0 for all (default: 1)")
    parser.add_argument("--only", nargs="*", default=[], metavar="ID", help="these goals alone")
    parser.add_argument("--repeat", type=int, default=1, help="runs of each goal")
    parser.add_argument("--model", default="", help="name of a model of the settings")
    parser.add_argument("--config", default="", help="settings file for loom")
    parser.add_argument("--limit", type=float, default=900.0, help="seconds for one goal")
    beside_python = Path(sys.executable).with_name("loom")
    parser.add_argument("--loom", type=Path, default=beside_python, help="the loom command")
    parser.add_argument("--keep", type=Path, help="keep workspaces and logs in this directory")
    parser.add_argument("--out", type=Path, help="write OUT.json and OUT.md")
    return parser.parse_args()


def _run(goal: Goal, round_number: int, options: argparse.Namespace) -> Measurement:
    """Run one goal in a fresh place and judge it."""
    with tempfile.TemporaryDirectory(prefix="loom-goal-") as temporary:
        place = Path(temporary)
        if options.keep:
            place = options.keep / f"{goal.id}-{round_number}-{time.time_ns()}"
        workspace = place / "workspace"
        workspace.mkdir(parents=True)
        goal.prepare(workspace)
        started = time.monotonic()
        exit_code = _loom(goal, place, options)
        seconds = time.monotonic() - started
        result = _result(place / "stdout.jsonl")
        try:
            CHECKERS[goal.id](FinishedWorkspace(workspace))
            problem = ""
        except NotDone as error:
            problem = str(error)
    usage = result.get("usage") or {}
    return Measurement(
        goal=goal.id,
        steps=goal.steps,
        is_true=not problem,
        is_claimed=exit_code == 0,
        problem=problem,
        said=str(result.get("reason") or ""),
        exit_code=exit_code,
        seconds=round(seconds, 2),
        prompt_tokens=usage.get("prompt_tokens", 0),
        cached_tokens=usage.get("cached_tokens", 0),
        completion_tokens=usage.get("completion_tokens", 0),
        model_calls=usage.get("calls", 0),
    )


def _loom(goal: Goal, place: Path, options: argparse.Namespace) -> int | None:
    """Run ``loom run`` on the goal; None when it was stopped at the limit."""
    command = [
        str(options.loom.absolute()),
        "run",
        goal.text,
        "-w",
        str(place / "workspace"),
        "--json",
        "--yes",
    ]
    command += ["--model", options.model] if options.model else []
    command += ["--config", options.config] if options.config else []
    environment = {**os.environ, "LOOM_MEMORY__DATABASE_PATH": str(place / "loom.db")}
    with (place / "stdout.jsonl").open("wb") as out, (place / "stderr.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=place, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=log
        )
        try:
            return process.wait(options.limit)
        except subprocess.TimeoutExpired:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            return None


def _result(output: Path) -> dict[str, object]:
    """The result line of ``loom run --json``; empty when the run did not get that far."""
    lines = output.read_text("utf-8", "replace").splitlines()
    try:
        last = json.loads(lines[-1]) if lines else {}
    except ValueError:
        return {}
    return last if last.get("type") == "result" else {}


def _row(one: Measurement) -> str:
    """One line of the table."""
    words = "FALSE SUCCESS" if one.is_false_success else ("" if one.is_true else "not done")
    why = " ".join((one.problem or one.said).split())[:90].replace("|", "\\|")
    return (
        f"| {one.goal} | {_tick(one.is_true)} | {_tick(one.is_claimed)} | {words} | {one.seconds:.1f} | "
        f"{one.model_calls} | {one.prompt_tokens} | {one.completion_tokens} | {why} |"
    )


def _tick(value: bool) -> str:  # noqa: FBT001  # formats one flag
    """Yes or no."""
    return "yes" if value else "no"


def _markdown(measurements: Sequence[Measurement], options: argparse.Namespace) -> str:
    """The whole report."""
    runs = len(measurements)
    done = sum(one.is_true for one in measurements)
    claimed = sum(one.is_claimed for one in measurements)
    false = sum(one.is_false_success for one in measurements)
    seconds = sum(one.seconds for one in measurements)
    tokens = sum(one.prompt_tokens + one.completion_tokens for one in measurements)
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    head = f"""\
# Goals: {options.set}, {datetime.now(UTC):%Y-%m-%d}

Model: {options.model or "default"}. Machine: {machine}, Python {platform.python_version()}.
Truly done **{done} of {runs}**, claimed {claimed}, false successes **{false}**,
{seconds / runs:.1f} s and {tokens // runs:,} tokens a goal.

| goal | true | claimed | | s | calls | prompt tokens | answer tokens | why not |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |"""
    return "\n".join([head, *map(_row, measurements), ""])


def _write(measurements: Sequence[Measurement], report: str, options: argparse.Namespace) -> None:
    """Write the results where the options say."""
    if options.out:
        data = [asdict(one) for one in measurements]
        options.out.with_suffix(".json").write_text(json.dumps(data, indent=1) + "\n")
        options.out.with_suffix(".md").write_text(report)


if __name__ == "__main__":
    raise SystemExit(main())
