"""Runs a list of goals through ``loom run`` and says how many were truly done.

    python benchmarks/run_goals.py                     # held-out single-step goals, default model
    python benchmarks/run_goals.py --steps 2 --model coder
    python benchmarks/run_goals.py --set tuning --only colors --keep /tmp/runs
    python benchmarks/run_goals.py --steps 0 --sample 12 --method loom schema text

Every run gets a fresh workspace and a fresh database. *Claimed* is exit code 0; *true* is the verdict
of the goal's checker on the workspace; a *false success* is claimed and not true. The methods ``schema``
and ``text`` are bare loops of the same model with the same tools, without the harness (``bare_loop.py``).
"""

import argparse
import itertools
import json
import os
import platform
import random
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

METHODS = ("loom", "schema", "text")
"""The whole harness, a bare loop with a schema, and a bare loop with free text."""
COUNTS_HEAD = """\
| steps | method | runs | truly done | claimed | falsely | tokens each | s each |
| --- | --- | --- | --- | --- | --- | --- | --- |"""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One goal run once."""

    goal: str
    method: str
    """One of ``METHODS``."""
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
    goals = _chosen(options)
    measurements: list[Measurement] = []
    runs = itertools.product(range(options.repeat), goals, options.method)
    for round_number, goal, method in runs:
        measurements.append(run_goal(goal, round_number, method, options))
        print(_row(measurements[-1]), file=sys.stderr, flush=True)
    report = _markdown(measurements, options)
    print(report)
    _write(measurements, report, options)
    return int(any(one.is_false_success for one in measurements))


def _chosen(options: argparse.Namespace) -> list[Goal]:
    """The goals that the options ask for, a random part of them in random order with ``--sample``."""
    goals = [
        goal
        for goal in load_goals(options.set)
        if (not options.only or goal.id in options.only)
        and (options.only or options.steps in {0, goal.steps})
    ]
    if not goals:
        raise SystemExit("no goal matches --set, --steps and --only")
    if options.sample:
        goals = random.Random(options.seed).sample(goals, min(options.sample, len(goals)))
    return goals


def _options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", choices=SETS, default="held_out")
    parser.add_argument("--steps", type=int, default=1, help="1, 2, or 0 for all (default: 1)")
    parser.add_argument("--only", nargs="*", default=[], metavar="ID", help="these goals alone")
    parser.add_argument("--sample", type=int, default=0, help="so many of them, chosen at random")
    parser.add_argument("--seed", type=int, default=2026, help="of that choice")
    parser.add_argument("--method", nargs="*", choices=METHODS, default=["loom"])
    parser.add_argument("--repeat", type=int, default=1, help="runs of each goal")
    parser.add_argument("--model", default="", help="name of a model of the settings")
    parser.add_argument("--config", default="", help="settings file for loom")
    parser.add_argument("--limit", type=float, default=900.0, help="seconds for one goal")
    beside_python = Path(sys.executable).with_name("loom")
    parser.add_argument("--loom", type=Path, default=beside_python, help="the loom command")
    parser.add_argument("--keep", type=Path, help="keep workspaces and logs in this directory")
    parser.add_argument("--out", type=Path, help="write OUT.json and OUT.md")
    return parser.parse_args()


def run_goal(
    goal: Goal, round_number: int, method: str, options: argparse.Namespace
) -> Measurement:
    """Run one goal in a fresh place and judge it."""
    with tempfile.TemporaryDirectory(prefix="loom-goal-") as temporary:
        place = Path(temporary)
        if options.keep:
            place = options.keep / f"{goal.id}-{method}-{round_number}-{time.time_ns()}"
        workspace = place / "workspace"
        workspace.mkdir(parents=True)
        goal.prepare(workspace)
        started = time.monotonic()
        exit_code = _work(command_of(goal, place, method, options), place, options.limit)
        seconds = time.monotonic() - started
        result = _result(place / "stdout.jsonl")
        problem = problem_of(goal, workspace)
    usage = result.get("usage") or {}
    return Measurement(
        goal=goal.id,
        method=method,
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


def problem_of(goal: Goal, workspace: Path) -> str:
    """What the goal's checker finds wrong with a workspace; empty when the goal is truly done."""
    try:
        CHECKERS[goal.id](FinishedWorkspace(workspace))
    except NotDone as error:
        return str(error)
    return ""


def command_of(goal: Goal, place: Path, method: str, options: argparse.Namespace) -> list[str]:
    """What works at the goal."""
    if method != "loom":
        bare = [
            sys.executable,
            str(HERE / "bare_loop.py"),
            goal.text,
            "-w",
            str(place / "workspace"),
        ]
        return [*bare, "--schema"] if method == "schema" else bare
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
    return command + (["--config", options.config] if options.config else [])


def environment_of(place: Path) -> dict[str, str]:
    """The variables of a run, whose database is in its place."""
    return {**os.environ, "LOOM_MEMORY__DATABASE_PATH": str(place / "loom.db")}


def _work(command: list[str], place: Path, limit_seconds: float) -> int | None:
    """Run a command in a place; None when it was stopped at the limit."""
    with (place / "stdout.jsonl").open("wb") as out, (place / "stderr.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=place,
            env=environment_of(place),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=log,
        )
        try:
            return process.wait(limit_seconds)
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
        f"| {one.goal} | {one.method} | {_tick(one.is_true)} | {_tick(one.is_claimed)} | {words} "
        f"| {one.seconds:.1f} | {one.model_calls} | {one.prompt_tokens} | {one.completion_tokens} | {why} |"
    )


def _tick(value: bool) -> str:  # noqa: FBT001  # formats one flag
    """Yes or no."""
    return "yes" if value else "no"


def _markdown(measurements: Sequence[Measurement], options: argparse.Namespace) -> str:
    """The whole report."""
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    head = f"""\
# Goals: {options.set}, {datetime.now(UTC):%Y-%m-%d}

Model: {options.model or "default"}. Machine: {machine}, Python {platform.python_version()}.

{COUNTS_HEAD}
{chr(10).join(counts(measurements))}

| goal | method | true | claimed | | s | calls | prompt tokens | answer tokens | why not |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"""
    return "\n".join([head, *map(_row, measurements), ""])


def counts(measurements: Sequence[Measurement]) -> list[str]:
    """A row for each method and number of steps that was measured."""
    groups = dict.fromkeys((one.steps, one.method) for one in measurements)
    return [
        _count_row(
            steps,
            method,
            [one for one in measurements if (one.steps, one.method) == (steps, method)],
        )
        for steps, method in sorted(groups)
    ]


def _count_row(steps: int, method: str, runs: Sequence[Measurement]) -> str:
    """How one method did on the goals of so many steps."""
    done = sum(one.is_true for one in runs)
    claimed = sum(one.is_claimed for one in runs)
    false = sum(one.is_false_success for one in runs)
    tokens = sum(one.prompt_tokens + one.completion_tokens for one in runs)
    seconds = sum(one.seconds for one in runs)
    return (
        f"| {steps} | {method} | {len(runs)} | {done} | {claimed} | {false} | {tokens // len(runs):,} | "
        f"{seconds / len(runs):.0f} |"
    )


def _write(measurements: Sequence[Measurement], report: str, options: argparse.Namespace) -> None:
    """Write the results where the options say."""
    if options.out:
        data = [asdict(one) for one in measurements]
        options.out.with_suffix(".json").write_text(json.dumps(data, indent=1) + "\n")
        options.out.with_suffix(".md").write_text(report)


if __name__ == "__main__":
    raise SystemExit(main())
