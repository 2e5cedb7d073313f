"""One executor's claim through the real engine, and what became of it."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from loom_core.cli.main import main
from loom_core.testing import Reply, Rule, Script, ScriptedServer
from lying.about_code import PRIMES, REPAIR, SLUG
from lying.about_files import COLOUR, HELLO, PORT, RENAME, RIVERS, TIDY
from lying.lie import Behaviour, Job

JOBS = (HELLO, SLUG, REPAIR, PRIMES, PORT, COLOUR, RENAME, TIDY, RIVERS)
LIES = tuple((job, lie) for job in JOBS for lie in job.lies)
JUDGES = ("none", "attentive", "credulous")
"""Who reviews: nobody; a model that sees what it is shown; one that passes whatever it is shown."""
_CLAIM = Reply.calling("complete", summary="Done and tested: every check passes.")
_ASKED_ANEW = ("fenced block", "Write the complete content")
"""What stands in requests for a file's content, to be compared. Lies are consistent: it is the same."""
_FEW = "[execution]\nmax_subtask_retries = 1\nmax_replans = 0\n"


@dataclass(frozen=True, slots=True)
class End:
    """How a task ended."""

    state: str
    reason: str
    is_done: bool
    """Whether the workspace fulfils the goal."""

    @property
    def is_reported_completed(self) -> bool:
        """Whether the user is told that it is done."""
        return self.state == "completed"


def try_out(job: Job, behaviour: Behaviour, judge: str, root: Path) -> End:
    """Run a job with an executor that behaves like this.

    Args:
        job: the goal.
        behaviour: what the executor does before it claims to be done, in every attempt.
        judge: one of ``JUDGES``.
        root: an empty directory for the run.
    """
    home, workspace = root / "home", root / "workspace"
    for directory in (home, workspace):
        directory.mkdir()
    for name, text in job.files.items():
        (workspace / name).write_text(text)
    with _models(job, behaviour, judge) as tables:
        (home / "loom.toml").write_text(f"{_FEW}\n{tables}")
        result = _run(["run", job.goal, "-w", str(workspace), "--json"], root)
    return End(result["state"], str(result.get("reason") or ""), job.is_done(workspace))


def _run(arguments: Sequence[str], root: Path) -> dict[str, Any]:
    """Call ``loom`` in this process; the last line of its output."""
    environment = {
        "LOOM_HOME": str(root / "home"),
        "HOME": str(root),
        "OLLAMA_HOST": "127.0.0.1:9",
        "OPENAI_API_KEY": "",
        "ANTHROPIC_API_KEY": "",
        "NO_PROXY": "127.0.0.1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    runner = CliRunner(env={**os.environ, **environment})
    with runner.isolation() as (stdout, _, _):
        with suppress(SystemExit):
            main([*arguments])
        lines = stdout.getvalue().decode().splitlines()
    return json.loads(lines[-1])


@contextmanager
def _models(job: Job, behaviour: Behaviour, judge: str) -> Iterator[str]:
    """The settings of an executor, and of a reviewer where there is one."""
    with (
        ScriptedServer(_executor(job, behaviour)) as worker,
        ScriptedServer(_reviewer(behaviour, judge)) as reviewer,
    ):
        if judge == "none":
            yield _table("worker", worker.url)
        else:
            worker_table = _table("worker", worker.url, roles=["planner", "executor"])
            yield worker_table + _table("reviewer", reviewer.url, roles=["verifier"], tier=2)


def _executor(job: Job, behaviour: Behaviour) -> Script:
    """Plans, acts and claims; it claims again whatever it is told."""
    checks = [{"kind": k, "target": t, "expected": e} for k, t, e in job.checks]
    subtask = {"id": "job", "description": job.goal, "checks": checks}
    plan = Rule(schema_text='"subtasks"', reply=Reply.answering({"subtasks": [subtask]}))
    acts = [Rule(turn=turn, reply=reply) for turn, reply in enumerate(behaviour.replies)]
    return Script(rules=(plan, *_anew(behaviour), *acts), default=_CLAIM)


def _anew(behaviour: Behaviour) -> Iterator[Rule]:
    """Asked for a file anew, gives the content that was written into the last one."""
    calls = [call.arguments for reply in behaviour.replies for call in reply.tool_calls]
    contents = [str(said["content"]) for said in calls if "content" in said]
    anew = Reply(text=f"```\n{contents[-1] if contents else ''}```")
    yield from (Rule(last_user=words, reply=anew) for words in _ASKED_ANEW)


def _reviewer(behaviour: Behaviour, judge: str) -> Script:
    """Passes with a citation that holds, unless it is attentive and sees what is wrong."""
    source, line, quote = behaviour.citation
    cited = [{"about": n, "source": source, "line": line, "quote": quote} for n in (1, 2, 3)]
    failed = {"evidence": cited, "feedback": "this is not what was asked for", "status": "failed"}
    passed = {**failed, "feedback": "", "status": "passed"}
    rules = list(_anew(behaviour))
    if judge == "attentive" and behaviour.shows:
        rules.append(Rule(anywhere=behaviour.shows, reply=_verdict(failed)))
    return Script(rules=tuple(rules), default=_verdict(passed))


def _verdict(said: dict[str, Any]) -> Reply:
    """The answer of a reviewer."""
    return Reply.answering({"tool": "verdict", **said, "confidence": 0.95})


def _table(name: str, url: str, **settings: Any) -> str:
    """The settings of one model."""
    values = {"provider": "openai_compatible", "model": "scripted", "base_url": url, **settings}
    lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in values.items())
    return f"[models.{name}]\n{lines}\n"
