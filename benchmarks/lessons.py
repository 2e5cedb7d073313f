"""Do lessons help, and are those retired that do not?

    python benchmarks/lessons.py
    python benchmarks/lessons.py --database postgresql

Twelve tasks of one kind, one after the other in one workspace, with learning switched off and on, with
models that behave as scripted: it measures what Loom makes of what happens, not what a model makes
of a lesson. A weak model that never gets there wastes attempts until the strong one is asked at once. A
correction *helps* when the model does right only if it is told, and *harms* when it does wrong then.
"""

import argparse
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from loom_core.cli.main import main as loom
from loom_core.testing import Reply, Rule, Script, ScriptedServer
from loom_core.testing.postgresql import PostgresqlServer

TASKS = 12
GOAL = "Create hello.txt that says hi in this folder"
CORRECTION = "end every file with a line break"
_RIGHT = (
    Reply.calling("write_file", path="hello.txt", content="hi\n"),
    Reply.calling("complete", summary="written"),
)
_CLAIM = Rule(reply=Reply.calling("complete", summary="written"))
_FEW = "[execution]\nmax_subtask_retries = 0\nmax_replans = 0\n"
_UNVERIFIED = '[plugins]\ndisabled = ["deterministic"]\n'


@dataclass(frozen=True)
class Situation:
    """A kind of tasks, and how its models behave."""

    name: str
    weak: tuple[Rule, ...]
    has_strong: bool = False
    is_corrected: bool = False
    settings: str = ""


def _right(**conditions) -> tuple[Rule, ...]:
    return tuple(Rule(turn=turn, reply=reply, **conditions) for turn, reply in enumerate(_RIGHT))


SITUATIONS = (
    Situation("a model that never gets there", (_CLAIM,), has_strong=True),
    Situation(
        "a correction that helps",
        (*_right(anywhere=CORRECTION), _CLAIM),
        is_corrected=True,
        settings=_FEW,
    ),
    Situation(
        "a correction that harms",
        (
            Rule(anywhere=CORRECTION, reply=_CLAIM.reply),
            *_right(),
        ),
        is_corrected=True,
        settings=_FEW,
    ),
)


class Lab:
    """A home and a workspace in which ``loom`` is called."""

    def __init__(self, root: Path, url: str) -> None:
        self._home, self._workspace = root / "home", root / "workspace"
        self._memory = f'[memory]\ndatabase_url = "{url}"\n' if url else ""
        for directory in (self._home, self._workspace):
            directory.mkdir()

    def configure(self, settings: str, **models: str) -> None:
        tables = [
            f'[models.{name}]\nprovider = "openai_compatible"\nmodel = "scripted"\n{lines}\n'
            for name, lines in models.items()
        ]
        (self._home / "loom.toml").write_text("\n".join([self._memory, settings, *tables]))

    def call(self, *arguments: str) -> list[dict]:
        """The JSON lines that a call of ``loom`` writes."""
        environment = {
            "LOOM_HOME": str(self._home),
            "HOME": str(self._home.parent),
            "NO_PROXY": "127.0.0.1",
        }
        runner = CliRunner(env={**os.environ, **environment})
        with runner.isolation() as (stdout, _, _), suppress(SystemExit):
            loom([*arguments])
        return [
            json.loads(line) for line in stdout.getvalue().decode().splitlines() if line[:1] in "[{"
        ]

    def work(self) -> dict:
        """One task in an empty workspace, and what it came to."""
        for path in self._workspace.iterdir():
            path.unlink()
        return self.call("run", GOAL, "-w", str(self._workspace), "--json")[-1]

    def correct(self) -> None:
        """A no of the user with a reason, which is the correction."""
        (approval,) = self.work()["approvals"]
        self.call("approve", "last", approval, "--deny", "--reason", CORRECTION)
        self.call("run", "--resume", "last", "--json")

    def correction_state(self) -> str:
        lines = self.call("learned", "--kind", "user_correction", "--json")
        return lines[0][0]["state"] if lines and lines[0] else ""


def main() -> int:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    chosen = options.parse_args().database
    print("| situation | learning | completed | calls of models | the lesson in the end |")
    print("| --- | --- | --- | --- | --- |")
    if chosen == "sqlite":
        return _print_rows(lambda: "")
    with PostgresqlServer() as server:
        return _print_rows(server.new_database)


def _print_rows(new_database) -> int:
    for situation in SITUATIONS:
        for is_on in (False, True):
            with tempfile.TemporaryDirectory(prefix="loom-lessons-") as root:
                print(_row(situation, Lab(Path(root), new_database()), is_on=is_on), flush=True)
    return 0


def _row(situation: Situation, lab: Lab, *, is_on: bool) -> str:
    learning = f"[learning]\nenabled = {str(is_on).lower()}\ntrial_tasks = 3\n"
    weak = Script(rules=situation.weak)
    with ScriptedServer(weak) as small, ScriptedServer(Script(rules=_right())) as large:
        models = {"small": f'base_url = "{small.url}"'}
        if situation.has_strong:
            models["large"] = f'base_url = "{large.url}"\ntier = 2\nroles = ["executor"]'
        if situation.is_corrected:
            lab.configure(situation.settings + learning, **models)
            for _ in range(3):
                lab.work()  # to compare with
            lab.configure(_UNVERIFIED + learning, small=f'base_url = "{large.url}"')
            lab.correct()
        lab.configure(situation.settings + learning, **models)
        before = len(small.requests) + len(large.requests)
        results = [lab.work() for _ in range(TASKS)]
        calls = len(small.requests) + len(large.requests) - before
    done = sum(result["state"] == "completed" for result in results)
    state = lab.correction_state() if situation.is_corrected else ""
    switch = "on" if is_on else "off"
    return f"| {situation.name} | {switch} | {done} of {TASKS} | {calls} | {state} |"


if __name__ == "__main__":
    raise SystemExit(main())
