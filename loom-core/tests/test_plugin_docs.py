"""docs/plugins.md: its plugin is built, installed with pip and used exactly as it is printed there."""

import json
import os
import re
import subprocess
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from loom_core import hookspecs
from loom_core.extensions import Group

TEXT = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text()
BLOCKS = dict(re.findall(r"```(?:python|toml)\n# (\S+)\n(.*?)```", TEXT, flags=re.DOTALL))
"""Code by the file that its first line names."""
TREE = re.search(r"```text\nloom-frozen/\n(.*?)```", TEXT, flags=re.DOTALL)

USE = """
import asyncio, json
from pathlib import Path
from types import SimpleNamespace

from loom_core.contracts.check import CheckContext
from loom_core.contracts.provider import ProviderEnvironment
from loom_core.contracts.tool import ToolContext
from loom_core.errors import ToolFailed
from loom_core.extensions import Group, load, load_all
from loom_core.hooks import Hooks, Plugin
from loom_core.settings import ModelSettings
from loom_core.types import *
from loom_core.workspace import Workspace


async def use(workspace):
    tool = load(Group.TOOLS, "count_words")()
    context = ToolContext("t", "s", workspace, None, {})
    counted = await tool.run(tool.arguments_model(path="a.txt"), context)
    try:
        await tool.run(tool.arguments_model(path="b.txt"), context)
    except ToolFailed as error:
        failed = str(error)

    provider = load(Group.PROVIDERS, "mirror")(
        ModelSettings(provider="mirror"), ProviderEnvironment(home=Path("home"))
    )
    request = ModelRequest(messages=(Message(role=Role.USER, text="hello"),))
    answer = await provider.complete(request)

    verifier = load(Group.VERIFIERS, "small_changes")()
    subtask = Subtask(id="one", description="x")
    changes = tuple(FileChange(path=str(n), kind=ChangeKind.CREATED) for n in range(21))
    verdicts = [
        await verifier.verify(subtask, Outcome(status=OutcomeStatus.COMPLETED, changes=some), None)
        for some in ((), changes)
    ]

    check = load(Group.CHECKS, "max_lines")()
    evidence = [await check.run("a.txt", most, CheckContext(workspace, None)) for most in "12"]

    [part] = [p for p in load_all(Group.PLUGINS).parts.values() if p.name == "frozen"]
    hooks = Hooks([Plugin(part.name, part.value, part.distribution)])
    call = SimpleNamespace(tool="write_file")
    free = await hooks.approve(call, SimpleNamespace(workspace=workspace))
    workspace.write("FROZEN", b"")
    frozen = await hooks.approve(call, SimpleNamespace(workspace=workspace))

    return {
        "tool": [tool.spec().name, tool.name, check.name, counted.text, failed],
        "provider": answer.text,
        "verifier": [verdict.status for verdict in verdicts],
        "check": [one.status for one in evidence],
        "hook": [free, frozen.approved, frozen.by],
    }


root = Path("workspace")
root.mkdir()
(root / "a.txt").write_text("two words\\nand more\\n")
print(json.dumps(asyncio.run(use(Workspace(root.resolve())))))
"""


@dataclass(frozen=True)
class Installation:
    """An environment that has everything of this one, and the printed plugin on top."""

    directory: Path

    @property
    def source(self):
        return self.directory / "loom-frozen"

    @property
    def python(self):
        return self.directory / "env" / "bin" / "python"

    def create(self):
        for name, text in BLOCKS.items():
            file = self.source / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        venv.create(self.directory / "env", symlinks=True, with_pip=True)
        (site,) = (self.directory / "env" / "lib").glob("python3*/site-packages")
        ours = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
        (site / "all_of_ours.pth").write_text(ours)
        # What it needs, with the build backend, is there already: no index is asked.
        offline = ("--no-index", "--no-build-isolation", "--disable-pip-version-check")
        installed = self.run("-m", "pip", "install", *offline, str(self.source))
        assert installed.returncode == 0, installed.stdout + installed.stderr
        return self

    def run(self, *arguments, cwd=None):
        scripts = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            [self.python, *arguments],
            cwd=cwd or self.directory,
            env={**os.environ, "PATH": scripts, "LOOM_HOME": str(self.directory / "home")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    def loom(self, *arguments):
        return self.run("-c", "from loom_core.cli.main import main; main()", *arguments)


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    """The printed files, built and installed."""
    return Installation(tmp_path_factory.mktemp("printed")).create()


@pytest.mark.slow
def test_every_printed_part_works(installation):
    ran = installation.run("-W", "error", "-c", USE)

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        "tool": ["count_words", "count_words", "max_lines", "4 words", "there is no file 'b.txt'"],
        "provider": "hello",
        "verifier": ["passed", "failed"],
        "check": ["failed", "passed"],
        "hook": [None, False, "frozen"],
    }


@pytest.mark.slow
def test_loom_lists_every_printed_part(installation):
    listed = installation.loom("plugins", "--json")

    assert listed.returncode == 0, listed.stderr
    parts = [part for part in json.loads(listed.stdout) if part["distribution"] == "loom-frozen"]
    assert {part["name"]: part["problem"] for part in parts} == dict.fromkeys(
        ["count_words", "mirror", "small_changes", "max_lines", "frozen", "freeze"]
    )


@pytest.mark.slow
def test_printed_command_is_called_through_loom(installation):
    workspace = installation.directory / "to_freeze"
    workspace.mkdir()

    ran = installation.loom("freeze", str(workspace))

    assert ran.returncode == 0, ran.stderr
    assert (workspace / "FROZEN").exists()


@pytest.mark.slow
def test_printed_tests_pass(installation):
    ran = installation.run("-m", "pytest", "tests", cwd=installation.source)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "2 passed" in ran.stdout


def test_every_printed_file_is_in_the_tree_and_no_other():
    drawn = re.findall(r"── (\w+\.\w+)", TREE[1])

    assert sorted(drawn) == sorted(Path(name).name for name in BLOCKS)


def test_every_group_and_hook_is_named_and_no_other():
    groups = set(re.findall(r"`(loom\.[a-z_]+)`", TEXT))
    hooks = set(re.findall(r"`(loom_[a-z]+)`", TEXT))

    assert groups == {group.value for group in Group}
    assert hooks == {name for name, value in vars(hookspecs).items() if hasattr(value, "loom_spec")}
