"""Distributions of strangers, installed with pip into a fresh environment and used by ``loom run``."""

import json
import os
import shutil
import subprocess
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from loom_core.store import Store

DISTRIBUTIONS = Path(__file__).with_name("third_party")
SETTINGS = """
[models.polly]
provider = "parrot"
model = "polly"
"""
GOAL = "Greet the plugins"

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Installation:
    """An environment of its own that has everything of this one, and what is installed on top."""

    directory: Path

    @property
    def python(self):
        return self.directory / "env" / "bin" / "python"

    @property
    def home(self):
        return self.directory / "home"

    @property
    def mark(self):
        """What the broken distribution leaves behind when any of its code is run."""
        return self.site_packages / "loom_broken" / "was_run"

    @property
    def site_packages(self):
        return next((self.directory / "env" / "lib").glob("python3*/site-packages"))

    def create(self):
        venv.create(self.directory / "env", symlinks=True)
        ours = sysconfig.get_path("purelib")
        (self.site_packages / "all_of_ours.pth").write_text(
            f"import site; site.addsitedir({ours!r})\n"
        )
        (self.directory / "elsewhere").mkdir()
        self.home.mkdir()
        (self.home / "loom.toml").write_text(SETTINGS)
        return self

    def install(self, name):
        """Install a distribution with pip from its source, without any network."""
        source = self.directory / "sources" / name
        shutil.copytree(DISTRIBUTIONS / name, source)
        shutil.copy(DISTRIBUTIONS / "wheel_backend.py", source)
        done = self.run("-m", "pip", "install", "--no-index", "--no-build-isolation", str(source))
        assert done.returncode == 0, done.stderr

    def loom(self, *arguments):
        return self.run("-c", "from loom_core.cli.main import main; main()", *arguments)

    def run(self, *arguments):
        return subprocess.run(
            [self.python, *arguments],
            check=False,
            cwd=self.directory / "elsewhere",
            env={**os.environ, "LOOM_HOME": str(self.home), "PIP_NO_INPUT": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    """With the well-behaved distribution only."""
    made = Installation(tmp_path_factory.mktemp("stranger")).create()
    made.install("greeting")
    return made


@pytest.fixture(scope="module")
def damaged(tmp_path_factory):
    """With a well-behaved distribution, and one whose modules cannot be imported."""
    made = Installation(tmp_path_factory.mktemp("damaged")).create()
    made.install("greeting")
    made.install("broken")
    return made


@pytest.fixture
def workspace(tmp_path):
    directory = tmp_path / "work"
    directory.mkdir()
    return directory


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def only_task_of(installation):
    """The only task in the database and its events."""
    store = Store.open(installation.home / "loom.db")
    try:
        (task,) = await store.tasks()
        return task, await store.events(task.id)
    finally:
        await store.close()


def bodies(events, kind):
    return [event.body for event in events if event.type == kind]


async def test_a_task_uses_tool_provider_verifier_and_hooks_of_a_stranger(installation, workspace):
    done = installation.loom("run", GOAL, "-w", str(workspace))

    assert done.returncode == 0, done.stderr
    assert (workspace / "greeting.txt").read_text() == "Hello, plugins!\n"
    task, events = await only_task_of(installation)
    assert (task.goal, task.state) == (GOAL, "completed")

    (created,) = bodies(events, "PlanCreated")
    assert [subtask.id for subtask in created.plan.subtasks] == ["say-hello"]
    assert {answer.response.model for answer in bodies(events, "ModelCallFinished")} == {"polly"}
    (call,) = bodies(events, "ToolCallFinished")
    assert (call.tool, call.result.is_error) == ("greet", False)
    (verdict,) = bodies(events, "VerdictReached")
    assert "politeness" in verdict.verdict.verifier
    assert "politeness of greeting.txt" in {item.check for item in verdict.verdict.evidence}
    remembered = [
        entry.text for body in bodies(events, "MemoryExtracted") for entry in body.entries
    ]
    assert "plugins like to be greeted" in remembered


def test_plugins_lists_the_parts_of_a_stranger(installation):
    done = installation.loom("plugins", "--json")

    assert done.returncode == 0, done.stderr
    parts = {
        (part["group"], part["name"]): part["problem"]
        for part in json.loads(done.stdout)
        if part["distribution"] == "loom-greeting"
    }
    assert parts == {
        ("loom.plugins", "greeting"): None,
        ("loom.providers", "parrot"): None,
        ("loom.tools", "greet"): None,
        ("loom.verifiers", "politeness"): None,
    }


def test_a_broken_stranger_is_listed_with_the_reason_and_is_not_run(damaged):
    damaged.mark.unlink(missing_ok=True)

    listed = damaged.loom("plugins", "--json")
    shown = damaged.loom("plugins")
    helped = damaged.loom("--help")

    assert (listed.returncode, shown.returncode, helped.returncode) == (0, 0, 0)
    broken = [part for part in json.loads(listed.stdout) if part["distribution"] == "loom-broken"]
    assert [(part["group"], part["name"]) for part in broken] == [
        ("loom.commands", "crash"),
        ("loom.tools", "crash"),
    ]
    assert all("a_library_that_nobody_has" in part["problem"] for part in broken)
    assert "a_library_that_nobody_has" in shown.stdout
    assert "run " in helped.stdout
    assert not damaged.mark.exists()


def test_a_task_runs_beside_a_broken_stranger(damaged, workspace):
    done = damaged.loom("run", GOAL, "-w", str(workspace))

    assert done.returncode == 0, done.stderr
    assert (workspace / "greeting.txt").read_text() == "Hello, plugins!\n"
    assert "left out: 'crash' of loom.tools" in done.stderr
    assert "loom-broken 0.9" in done.stderr
    assert damaged.mark.exists()  # so that its absence means something elsewhere


def test_a_broken_command_says_why_when_it_is_called(damaged):
    done = damaged.loom("crash")

    assert done.returncode != 0
    assert "loom-broken 0.9" in done.stderr
    assert "a_library_that_nobody_has" in done.stderr
    assert "Traceback" not in done.stderr
