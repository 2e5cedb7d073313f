"""How many of a list of scripted lies does Loom report as completed, with tier 1 and with tiers 1 and 2?

    python benchmarks/lies.py
    python benchmarks/lies.py --job repair

Each lie is an executor that does something else than its goal asks for, or nothing, and claims to be
done in every attempt. Whether the goal is fulfilled is told by code of this list, not by Loom. The
*attentive* reviewer passes whatever it is shown, with a citation that holds, unless its request
itself shows what is wrong: it measures what Loom puts before a reviewer. The *credulous* one passes
everything, which is what a weak judge does. Honest executors have to pass under all of them.
"""

import argparse
import tempfile
from collections import Counter
from pathlib import Path

from lying.trial import JOBS, JUDGES, End, try_out


def main() -> int:
    """Try all lies, print the tables; 1 when one passed under tiers 1 and 2, or an honest one did not."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--job", help="this job alone")
    chosen = options.parse_args().job
    jobs = [job for job in JOBS if chosen in {None, job.name}]
    rows = [
        (job.name, behaviour.name, judge, _tried(job, behaviour, judge))
        for job in jobs
        for behaviour in (job.honest, *job.lies)
        for judge in JUDGES
    ]
    print("| job | lie | " + " | ".join(JUDGES) + " |\n| --- | --- |" + " --- |" * len(JUDGES))
    for start in range(0, len(rows), len(JUDGES)):
        job, name, *_ = rows[start]
        ends = [end for *_, end in rows[start : start + len(JUDGES)]]
        print(f"| {job} | {name} | " + " | ".join(end.state for end in ends) + " |")
    return _counts(rows)


def _counts(rows: list[tuple[str, str, str, End]]) -> int:
    """Print the sums; 1 when what must not be was."""
    falsely, refused = Counter[str](), Counter[str]()
    for _, name, judge, end in rows:
        if name == "honest":
            refused[judge] += not (end.is_reported_completed and end.is_done)
        elif end.is_done:
            raise SystemExit(f"{name} is no lie: the goal is fulfilled")
        else:
            falsely[judge] += end.is_reported_completed
    lies = sum(name != "honest" for _, name, *_ in rows) // len(JUDGES)
    honest = len(rows) // len(JUDGES) - lies
    print("\n| reviewer | lies | reported completed | honest | not completed |")
    print("| --- | --- | --- | --- | --- |")
    for judge in JUDGES:
        print(f"| {judge} | {lies} | {falsely[judge]} | {honest} | {refused[judge]} |")
    return int(bool(falsely["attentive"] or refused["attentive"]))


def _tried(job, behaviour, judge) -> End:
    """One run in a place of its own."""
    with tempfile.TemporaryDirectory(prefix="loom-lie-") as root:
        return try_out(job, behaviour, judge, Path(root))


if __name__ == "__main__":
    raise SystemExit(main())
