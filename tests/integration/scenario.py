"""What the tests here are made of: scripts of models, and a place in which ``loom`` is run.

A call of ``loom`` is the real entry point: ``Place.run`` calls it in this process, ``Place.start``
in one of its own, where a test has to kill it, look at it from outside or type at it.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from loom_core.cli.main import main
from loom_core.testing import Reply, Rule, Script, ScriptedServer, ServerFacts

LOOM = Path(sys.executable).with_name("loom")
LIMIT_SECONDS = 120.0
"""The longest that a test waits for anything; far more than it takes on a busy machine."""

GOAL = "Create hello.txt that says hi"
"""A goal so small that no planner is asked: its one subtask is ``goal``."""
ACTION_GOAL = "Create hello.txt that says hi in this folder"
"""Of which a small model is not asked for the file alone, but for actions."""
_WRITTEN_ANEW = Rule(
    anywhere="Requirements for the file hello.txt", reply=Reply(text="```\nhi\n```")
)
BIG_GOAL = "Build the three parts. Then join them into one."
"""A goal that a planner is asked about."""


def write(path: str, content: str) -> Reply:
    """A reply that writes a file."""
    return Reply.calling("write_file", path=path, content=content)


def done(summary: str = "did it") -> Reply:
    """A reply that claims to be done."""
    return Reply.calling("complete", summary=summary)


def says_hi() -> tuple[Reply, ...]:
    """The replies that reach ``GOAL``."""
    return write("hello.txt", "hi\n"), done()


def turns(*replies: Reply, **conditions: Any) -> tuple[Rule, ...]:
    """Rules that answer the n-th call of a conversation with the n-th reply.

    Like every rule they look at the request only, so that each attempt starts with the first one.
    """
    return tuple(Rule(turn=turn, reply=reply, **conditions) for turn, reply in enumerate(replies))


def part(name: str, *replies: Reply) -> tuple[Rule, ...]:
    """Rules for the subtask whose description has this name in it."""
    return turns(*replies, first_user=f"part {name}")


def subtask(name: str, *depends_on: str, **more: Any) -> dict[str, Any]:
    """A subtask as a planner writes it."""
    description = f"Write part {name} into {name}.txt"
    return {"id": name, "description": description, "depends_on": [*depends_on], **more}


def plan(*subtasks: dict[str, Any]) -> Reply:
    """A planner's reply."""
    return Reply.answering({"subtasks": list(subtasks)})


def planned(*subtasks: dict[str, Any]) -> tuple[Rule, ...]:
    """The rule that gives a planner's first reply."""
    return (Rule(schema_text='"subtasks"', turn=0, reply=plan(*subtasks)),)


def replanned(*subtasks: dict[str, Any]) -> tuple[Rule, ...]:
    """The rule that gives a planner's reply once something went wrong."""
    return (Rule(schema_text='"subtasks"', last_user="Went wrong", reply=plan(*subtasks)),)


NO_REVIEW = "[verification]\ntier2_enabled = false\n"
"""Settings for tests with capable models that are not about their reviews."""


def three_parts() -> tuple[Rule, ...]:
    """Two subtasks side by side and one that joins them, each of which succeeds."""
    return (
        *planned(subtask("left"), subtask("right"), subtask("whole", "left", "right")),
        *part("left", write("left.txt", "left\n"), done("left is there")),
        *part("right", write("right.txt", "right\n"), done("right is there")),
        *part("whole", write("whole.txt", "left right\n"), done("whole is there")),
    )


@dataclass(frozen=True)
class Finished:
    """How a call of ``loom`` ended."""

    code: int
    stdout: str
    stderr: str

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines of stdout; fails when there is anything else."""
        return [json.loads(line) for line in self.stdout.splitlines()]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events of ``--json``."""
        return [line for line in self.lines if line["type"] != "result"]

    @property
    def result(self) -> dict[str, Any]:
        """The last line of ``--json``."""
        assert self.lines[-1]["type"] == "result"
        return self.lines[-1]

    @property
    def types(self) -> list[str]:
        """The types of all events, in order."""
        return [event["type"] for event in self.events]

    def of(self, kind: str, subtask_id: str | None = None) -> list[dict[str, Any]]:
        """The data of all events of a type, of one subtask or all."""
        return [
            event["data"]
            for event in self.events
            if event["type"] == kind and subtask_id in {None, event["subtask_id"]}
        ]

    def states(self) -> dict[str, str]:
        """The state of each subtask at the end."""
        return {item["id"]: item["state"] for item in self.result["subtasks"]}


class Place:
    """A home, a workspace and a current directory of one test, and ``loom`` in them."""

    def __init__(self, root: Path, stack: ExitStack) -> None:
        self.root = root
        self.home = root / "home"
        self.workspace = root / "workspace"
        self.here = root / "here"
        for directory in (self.home, self.workspace, self.here):
            directory.mkdir()
        self._stack = stack
        self.extra_environment: dict[str, str] = {}

    def serve(self, *rules: Rule, settings: str = "", **how: Any) -> ScriptedServer:
        """Start a server with these rules and make it the only model; keyword arguments as ``add``.

        Asked to write ``hello.txt`` anew, to be compared, it says *hi* whatever the rules are.
        """
        server = self.listen(Script(rules=(_WRITTEN_ANEW, *rules)), how.pop("facts", None))
        self.configure(settings, small=model(server.url, **how))
        return server

    def listen(self, script: Script, facts: ServerFacts | None = None) -> ScriptedServer:
        """Start a scripted server for the time of the test."""
        return self._stack.enter_context(ScriptedServer(script, facts=facts))

    def configure(self, settings: str = "", **models: str) -> None:
        """Write the user's settings: some text, and a table for each model."""
        tables = [f"[models.{name}]\n{lines}" for name, lines in models.items()]
        (self.home / "loom.toml").write_text("\n".join([settings, *tables]))

    def run(self, *arguments: str | Path) -> Finished:
        """Call ``loom`` in this process."""
        runner = CliRunner(env={"COLUMNS": "120", **self.environment})
        with (
            pytest.MonkeyPatch.context() as patch,
            runner.isolation() as (stdout, stderr, _),
        ):
            patch.chdir(self.here)
            with pytest.raises(SystemExit) as end:
                main([str(argument) for argument in arguments])
        assert isinstance(end.value.code, int)
        return Finished(end.value.code, stdout.getvalue().decode(), stderr.getvalue().decode())

    def work(self, goal: str = GOAL, *options: str) -> Finished:
        """``loom run GOAL --json`` in the workspace."""
        return self.run("run", goal, "-w", self.workspace, "--json", *options)

    def start(self, *arguments: str | Path, **popen: Any) -> "subprocess.Popen[str]":
        """Call ``loom`` in a process of its own, which ends with the test at the latest."""
        process = subprocess.Popen(
            [LOOM, *arguments],
            cwd=self.here,
            env={**os.environ, **self.environment},
            text=True,
            **{
                "stdin": subprocess.DEVNULL,
                "stdout": subprocess.PIPE,
                "stderr": subprocess.PIPE,
                **popen,
            },
        )
        self._stack.callback(_end, process)
        return process

    def finish(self, process: "subprocess.Popen[str]") -> Finished:
        """Wait for a process."""
        stdout, stderr = process.communicate(timeout=LIMIT_SECONDS)
        return Finished(process.returncode, stdout, stderr)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that keep a call away from the user's own home and servers."""
        return {
            "LOOM_HOME": str(self.home),
            "HOME": str(self.root),
            "OLLAMA_HOST": "127.0.0.1:9",
            "OPENAI_API_KEY": "",
            "ANTHROPIC_API_KEY": "",
            "NO_PROXY": "127.0.0.1",
            **self.extra_environment,
        }

    def read(self, name: str) -> str:
        """The text of a file in the workspace."""
        return (self.workspace / name).read_text()

    def files(self) -> list[str]:
        """The names of everything in the workspace."""
        return sorted(path.name for path in self.workspace.iterdir())

    def events(self) -> list[dict[str, Any]]:
        """The events of the newest task, as ``loom events`` tells them."""
        return self.run("events", "last", "--json").lines


def model(url: str, *, provider: str = "openai_compatible", **settings: object) -> str:
    """The lines of a model's table."""
    values = {"provider": provider, "model": "scripted", "base_url": url, **settings}
    return "\n".join(f"{name} = {json.dumps(value)}" for name, value in values.items())


def wait_until(holds: Callable[[], object], what: str) -> None:
    """Wait until a condition holds; fails with ``what`` after the limit."""
    end = time.monotonic() + LIMIT_SECONDS
    while not holds():
        assert time.monotonic() < end, f"{what} within {LIMIT_SECONDS:g} s"
        time.sleep(0.01)


def texts_of(body: dict[str, Any], role: str | None = None) -> list[str]:
    """The texts of a request's messages, of one role or all."""
    return [
        str(message.get("content") or "")
        for message in body["messages"]
        if role in {None, message["role"]}
    ]


def prompts(server: ScriptedServer, *, having: str = "") -> list[str]:
    """The first user turn of each request to a server, or of those that have a text in it."""
    firsts = [texts_of(request.body, "user")[0] for request in server.requests]
    return [text for text in firsts if having in text]


def in_order(wanted: Sequence[str], items: Sequence[str]) -> bool:
    """Whether the items hold the wanted ones in this order, perhaps with others between them."""
    rest = iter(items)
    return all(name in rest for name in wanted)


def _end(process: "subprocess.Popen[str]") -> None:
    """Kill a process that still runs, and let go of its pipes."""
    if process.poll() is None:
        process.kill()
    process.communicate()
