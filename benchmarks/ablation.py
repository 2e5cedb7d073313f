"""What verification and the harness add: the same goals judged at several moments, and by bare loops.

    LOOM_APPROVAL__UNATTENDED=deny python benchmarks/ablation.py RESULTS --minutes 14
    python benchmarks/ablation.py RESULTS --minutes 14 --method schema text
    python benchmarks/ablation.py RESULTS --minutes 0      # only the table

Each goal is run once by the whole harness with the embedded model and no settings. The events of
``loom run --json`` are read while it goes on, and the workspace is copied at two moments; the goal's
checker judges both copies and the end:

- *no verification*: the first time that the attempt claims to be done counts as completed.
- *tier 1*: the first claim that tier 1 passes counts as completed.
- *tiers 1 + 2*: what the run reports at its end. In tier 2 programs and texts written anew by the same
  model are compared with the result; a model so small does not review unless it is told to.
- *and a review* (``--method reviewed``): a run of its own in which the embedded model is named as the
  verifier, over the goals that have something for tier 2; of the others the end is the same.

What this does not show: a run without verification at all. An attempt of a small model chooses among
candidates by the derived checks, and is shown what they find, before it claims anything; so the first
row is better than a harness that never checks. That is what the bare loops are for (``bare_loop.py``,
*schema* and *text*), over the same goals. Nor is *tier 1* a run of its own: what came after a verdict of
tier 2 would have been different without it, but what is claimed first would not.

Goals are one-step goals of ``tuning`` and ``seen``, a random part in random order; the held-out ones are
not touched. Every result is a file of its own: a run that was broken off goes on where it stopped.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from run_goals import (
    Goal,
    Measurement,
    command_of,
    environment_of,
    load_goals,
    problem_of,
    run_goal,
)

SETS = ("tuning", "seen")
LABELS = {
    "text": "bare loop, free text",
    "schema": "bare loop, schema only",
    "claim": "harness, no verification",
    "tier1": "harness, tier 1",
    "loom": "harness, tiers 1 + 2",
    "reviewed": "harness, tiers 1 + 2 and a review",
}
"""What is measured, in the order of the table."""
METHODS = ("loom", "schema", "text", "reviewed")
SETTINGS = """\
[models.embedded]
provider = "llamacpp"
model = "qwen2.5-coder-0.5b-instruct"
roles = ["planner", "executor", "extractor", "verifier"]
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """What counts as the result of a goal at one moment or by one method."""

    goal: str
    stage: str
    """One of ``LABELS``."""
    is_claimed: bool
    is_true: bool
    """Whether what is there then reaches the goal; False when nothing was claimed by then."""
    problem: str
    seconds: float
    has_tier_2: bool = True
    """Whether the plan asks for tier 2."""


class Stages:
    """Copies of a workspace at the moments of a run that count, made while its events are read."""

    def __init__(self, place: Path) -> None:
        """Follow the run in a place."""
        self._place = place
        self._subtasks: set[str] = set()
        self._reached: dict[str, set[str]] = {"claim": set(), "tier1": set()}
        self.has_tier_2 = False

    def see(self, event: dict[str, Any]) -> None:
        """Take in one event."""
        data, subtask = event.get("data", {}), event.get("subtask_id", "")
        match event["type"]:
            case "PlanCreated" | "PlanReplaced":
                planned = data["plan"]["subtasks"]
                self._subtasks = {one["id"] for one in planned}
                self.has_tier_2 |= any(one["verification_tier"] > 1 for one in planned)
            case "OutcomeReached" if data["outcome"]["status"] == "completed":
                _copy(self._place / "workspace", self.copy_of("latest"))
                self._reach("claim", subtask)
            case "VerdictReached" if _passes_tier_1(data["verdict"]):
                self._reach("tier1", subtask)
            case _:
                pass

    def has_reached(self, stage: str) -> bool:
        """Whether every subtask of the plan came there."""
        return bool(self._subtasks) and self._subtasks <= self._reached[stage]

    def copy_of(self, stage: str) -> Path:
        """Where the workspace of that moment is."""
        return self._place / stage

    def _reach(self, stage: str, subtask: str) -> None:
        """Keep the last claim, when this subtask comes there for the first time.

        Verification changes nothing, but what follows a verdict may take the claim back at once.
        """
        if subtask not in self._reached[stage]:
            self._reached[stage].add(subtask)
            _copy(self.copy_of("latest"), self.copy_of(stage))


def _passes_tier_1(verdict: dict[str, Any]) -> bool:
    """Whether tier 1 passed it: a later tier is asked only then."""
    tiers = {int(tier) for tier in verdict["tier_confidence"]}
    return 1 in tiers and (verdict["status"] == "passed" or max(tiers) > 1)


def _copy(source: Path, target: Path) -> None:
    """Put a copy of a directory in the place of another."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)


def main() -> int:
    """Run what is missing for so many minutes, and print the table; 1 if a claim of the whole is false."""
    options = _options()
    options.results.mkdir(parents=True, exist_ok=True)
    reviewing = options.results.absolute() / "reviewing.toml"
    reviewing.write_text(SETTINGS)
    end = time.monotonic() + 60 * options.minutes
    for method in options.method:
        for goal in _chosen(options):
            file = options.results / f"{goal.id}-{method}.json"
            if file.exists() or (method == "reviewed" and _needs_no_review(goal, options)):
                continue
            if time.monotonic() + options.limit > end:
                break
            options.config = str(reviewing) if method == "reviewed" else ""
            judged = [*_run(goal, method, options)]
            file.write_text(json.dumps([asdict(one) for one in judged], indent=1) + "\n")
            print(*(_row(one) for one in judged), sep="\n", file=sys.stderr, flush=True)
    kept = [
        Judged(**one)
        for file in sorted(options.results.glob("*.json"))
        for one in json.loads(file.read_text())
    ]
    same = [one for one in kept if one.stage == "loom" and not one.has_tier_2]
    print(table([*kept, *(replace(one, stage="reviewed") for one in same)]))
    return int(any(one.is_claimed and not one.is_true for one in kept if one.stage == "loom"))


def _options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, help="directory of what was measured so far")
    parser.add_argument("--minutes", type=float, default=14, help="begin nothing that ends later")
    parser.add_argument("--method", nargs="*", choices=METHODS, default=["loom"])
    parser.add_argument("--goals", type=int, default=40, help="how many")
    parser.add_argument("--seed", type=int, default=2026, help="of their choice and order")
    parser.add_argument("--limit", type=float, default=150.0, help="seconds for one goal")
    beside_python = Path(sys.executable).with_name("loom")
    parser.add_argument("--loom", type=Path, default=beside_python, help="the loom command")
    options = parser.parse_args()
    options.keep, options.model = options.results / "places", ""
    return options


def _chosen(options: argparse.Namespace) -> list[Goal]:
    """The goals, in the same order in every run."""
    goals = [goal for name in SETS for goal in load_goals(name) if goal.steps == 1]
    return random.Random(options.seed).sample(goals, options.goals)


def _needs_no_review(goal: Goal, options: argparse.Namespace) -> bool:
    """Whether a run showed that tier 2 has nothing to do; it is not known before there was one."""
    kept = options.results / f"{goal.id}-loom.json"
    return not kept.exists() or not json.loads(kept.read_text())[-1]["has_tier_2"]


def _run(goal: Goal, method: str, options: argparse.Namespace) -> Iterator[Judged]:
    """Run one goal in one way and judge what counts of it."""
    if method in {"schema", "text"}:
        yield _of_bare_loop(run_goal(goal, 0, method, options))
        return
    place = options.keep.absolute() / f"{goal.id}-{method}"
    shutil.rmtree(place, ignore_errors=True)  # of a run that was broken off
    workspace = place / "workspace"
    workspace.mkdir(parents=True)
    goal.prepare(workspace)
    stages = Stages(place)
    started = time.monotonic()
    code = _follow(command_of(goal, place, method, options), place, stages, options.limit)
    seconds = round(time.monotonic() - started, 1)
    for stage in ("claim", "tier1") if method == "loom" else ():
        is_claimed = stages.has_reached(stage)
        problem = problem_of(goal, stages.copy_of(stage)) if is_claimed else "nothing claimed"
        yield Judged(goal.id, stage, is_claimed, not problem, problem, seconds)
    problem = problem_of(goal, workspace)
    yield Judged(
        goal.id, method, code == 0, not problem, problem, seconds, has_tier_2=stages.has_tier_2
    )


def _of_bare_loop(one: Measurement) -> Judged:
    """What counts of a bare loop: what it says."""
    return Judged(one.goal, one.method, one.is_claimed, one.is_true, one.problem, one.seconds)


def _follow(command: list[str], place: Path, stages: Stages, limit_seconds: float) -> int | None:
    """Run a command and read its events as they come; None when it was stopped at the limit."""
    with (place / "stdout.jsonl").open("wb") as kept, (place / "stderr.log").open("wb") as log:
        process = subprocess.Popen(
            ["timeout", "--kill-after=30", str(limit_seconds), *command],
            cwd=place,
            env=environment_of(place),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        assert process.stdout is not None
        for line in process.stdout:
            kept.write(line)
            stages.see(json.loads(line))
        code = process.wait()
    return None if code == 124 else code  # as coreutils' timeout tells it


def _row(one: Judged) -> str:
    """One result in a line."""
    words = "not claimed" if not one.is_claimed else "done" if one.is_true else "FALSE"
    return f"{one.goal:>20} {one.stage:>7} {words:>11} {one.seconds:6.1f} s  {one.problem[:90]}"


def table(kept: list[Judged]) -> str:
    """The counts of each stage."""
    lines = [
        "| | goals | claimed | of them truly done | claimed falsely | truly done at its end | s each |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for stage, label in LABELS.items():
        runs = [one for one in kept if one.stage == stage]
        claimed = [one for one in runs if one.is_claimed]
        right = sum(one.is_true for one in claimed)
        seconds = sum(one.seconds for one in runs) / max(1, len(runs))
        lines.append(
            f"| {label} | {len(runs)} | {len(claimed)} | {right} | {len(claimed) - right} "
            f"| {sum(one.is_true for one in runs)} | {seconds:.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
