"""Does a run end the same when it is killed at any commit of its journal, on PostgreSQL as on SQLite?

    python benchmarks/every_boundary.py
    python benchmarks/every_boundary.py --database sqlite --every 4

The scenarios are those of ``tests/faults``, with its laboratory: each run is really killed by SIGKILL
before or after a commit, in turns, and resumed. The database, the workspace and every request in the
end are compared with those of a run that nobody killed. The tests take copies at each boundary on
SQLite, which is quicker; here every boundary is a kill.
"""

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

FAULTS = Path(__file__).parent.parent / "tests" / "faults"
sys.path[:0] = [str(FAULTS), str(FAULTS.parent / "integration")]

from comparing import crash_and_resume, uninterrupted  # noqa: E402  # found through the path above
from fault_rules import (  # noqa: E402  # as above
    FEW_CHANCES,
    hopeless_rules,
    joining_rules,
    rough_rules,
    sampled_rules,
    tidying_rules,
)
from laboratory import open_laboratory  # noqa: E402  # as above
from reviewed_rules import reviewed_rules  # noqa: E402  # as above

from loom_core.testing.postgresql import PostgresqlServer  # noqa: E402  # as above

ASKING = {"plugins": FAULTS / "distributions"}
SCENARIOS = {
    "two files side by side, joined": (joining_rules, {}),
    "edited, moved and deleted": (tidying_rules, {}),
    "corrections, retries, models that verify and extract": (rough_rules, ASKING),
    "replans and fails": (hopeless_rules, {**ASKING, "settings": FEW_CHANCES}),
    "reviewed, one result sent back": (reviewed_rules, {"tier": 2}),
    "samples, of which the second is right": (sampled_rules, {}),
}


def main() -> int:
    """Print the table; 1 when anything ended otherwise."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    options.add_argument("--every", type=int, default=1, help="only each so many-th boundary")
    chosen = options.parse_args()
    print(
        "| scenario | commits | kills | wrong ends or repeated | s |\n| --- | --- | --- | --- | --- |"
    )
    with ExitStack() as stack:
        server = None
        if chosen.database == "postgresql":
            server = stack.enter_context(PostgresqlServer())
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loom-boundaries-")))
        wrong = [_row(name, root, server, chosen.every) for name in SCENARIOS]
    return int(any(wrong))


def _row(name: str, root: Path, server: PostgresqlServer | None, every: int) -> bool:
    """One scenario; whether anything went wrong."""
    begun = time.monotonic()
    rules, how = SCENARIOS[name]
    place = root / name.replace(" ", "-").replace(",", "")
    place.mkdir()
    with open_laboratory(place, rules(), postgresql=server, **how) as laboratory:
        reference = uninterrupted(laboratory, keeps=False)
        numbers = range(1, len(reference.boundaries) + 1, every)
        problems = [
            problem
            for number in numbers
            for problem in crash_and_resume(laboratory, reference, _kill_at(number))
        ]
    seconds = time.monotonic() - begun
    count = f"{len(reference.boundaries)} | {len(numbers)} | {len(problems)} | {seconds:.0f}"
    print(f"| {name} | {count} |", flush=True)
    for problem in problems:
        print(f"  {problem}")
    return bool(problems)


def _kill_at(number: int) -> dict:
    """Before a commit or after it, in turns."""
    return {"at": "commit", "number": number, "side": "after" if number % 2 else "before"}


if __name__ == "__main__":
    raise SystemExit(main())
