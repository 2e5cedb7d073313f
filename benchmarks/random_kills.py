"""Does anything get lost, repeated or stuck when engines are killed at random moments?

    python benchmarks/random_kills.py
    python benchmarks/random_kills.py --kills 50 --database sqlite

Three workers share one database and take up each other's tasks. Each runs ``loom`` as users have it, in a
process that gets SIGKILL while it starts, or after one to three requests of the model and a random part of
the time between two; the next worker resumes. A task is seventeen calls of real tools, whose every
repetition shows: edits that insert, commands that append, files that are moved. A *window of doubt* is a
kill between the intent of a call and its result, when nobody can know without looking whether it ran;
*done already* are those in which it had, which a naive resume would do twice. PostgreSQL runs without
fsync: a killed engine is what is tried, not a power cut.
"""

import argparse
import tempfile
import time
from pathlib import Path
from threading import Thread

from killing import job
from killing.journal import Journal
from killing.worker import Field, Worker

from loom_core.testing import ScriptedServer
from loom_core.testing.postgresql import PostgresqlServer

WORKERS = 3


def main() -> int:
    """Print the table; 1 when anything was lost, repeated or stuck."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--kills", type=int, default=500)
    options.add_argument(
        "--minutes", type=float, default=600.0, help="of killing, for each database"
    )
    options.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    chosen = options.parse_args()
    names = ("sqlite", "postgresql") if chosen.database == "both" else (chosen.database,)
    print(
        "| database | kills | tasks | windows of doubt | done already | lost | repeated | stuck | s |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    went_wrong = [_try_out(name, chosen.kills, 60 * chosen.minutes) for name in names]
    return int(any(went_wrong))


def _try_out(name: str, kills: int, seconds: float) -> bool:
    """One row; whether something went wrong."""
    if name == "sqlite":
        return _row(name, kills, seconds, "")
    with PostgresqlServer() as server:
        return _row(name, kills, seconds, server.new_database())


def _row(name: str, kills: int, seconds: float, url: str) -> bool:
    """Kill until enough were killed, then let everything come to its end."""
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="loom-kills-") as root,
        ScriptedServer(job.script()) as server,
    ):
        place = Path(root)
        environment = _home(place, server.url, url)
        journal = Journal(place / "home", url)
        ground = Field(place, journal, server, kills, seconds)
        workers = [Worker(f"worker{number}", ground, environment) for number in range(WORKERS)]
        threads = [Thread(target=worker.work) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return _report(name, ground, time.monotonic() - begun)


def _home(place: Path, server: str, url: str) -> dict[str, str]:
    """Settings and variables that keep the runs to themselves."""
    (place / "home").mkdir()
    memory = f'[memory]\ndatabase_url = "{url}"\n' if url else ""
    (place / "home" / "loom.toml").write_text(
        f'{memory}[models.small]\nprovider = "openai_compatible"\nmodel = "scripted"\n'
        f'base_url = "{server}"\nslots = 8\n'
    )
    return {"LOOM_HOME": str(place / "home"), "HOME": str(place), "NO_PROXY": "127.0.0.1"}


def _report(name: str, ground: Field, seconds: float) -> bool:
    """Print a row and what went wrong."""
    tally, journal = ground.tally, ground.journal
    lost, repeated, begun_anew = [], [], []
    for one in tally.finished:
        task = journal.task_of(job.goal(one.number))
        doubted = journal.doubted_commands(task)
        lost += [f"job {one.number}: {what}" for what in job.lost(one.workspace, doubted)]
        repeated += [f"job {one.number}: {what}" for what in job.repeated(one.workspace)]
        repeated += [f"job {one.number}: {what}" for what in journal.problems(task)]
        begun_anew += [f"job {one.number}: {why}" for why in journal.failed_attempts(task)]
        if journal.state_of(task) != "completed":
            lost.append(f"job {one.number} is {journal.state_of(task)}")
    print(
        f"| {name} | {tally.kills} | {len(tally.finished)} | {tally.windows.total()} "
        f"| {tally.already_done.total()} | {len(lost)} | {len(repeated)} | {len(tally.stuck)} "
        f"| {seconds:.0f} |",
        flush=True,
    )
    print(f"  by tool: {dict(tally.windows)}, done already: {dict(tally.already_done)}")
    for what in (*lost, *repeated, *tally.stuck):
        print(f"  {what}")
    for why in begun_anew:
        print(f"  an attempt failed and was begun anew: {why}")
    return bool(lost or repeated or tally.stuck)


if __name__ == "__main__":
    raise SystemExit(main())
