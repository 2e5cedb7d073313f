"""docs/plugins.md: its plugin is installed and used exactly as it is printed there."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from loom_core import hookspecs
from loom_core.extensions import Group

TEXT = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text()
BLOCKS = dict(re.findall(r"```(?:python|toml)\n# (\S+)\n(.*?)```", TEXT, flags=re.DOTALL))
"""Code by the file that its first line names."""

USE = """
import asyncio, json
from pathlib import Path
from types import SimpleNamespace

from loom_core.contracts.check import CheckContext
from loom_core.contracts.provider import ProviderEnvironment
from loom_core.contracts.tool import ToolContext
from loom_core.errors import ToolFailed
from loom_core.extensions import Group, listing, load, load_all
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
        "tool": [tool.spec().name, counted.text, failed],
        "provider": answer.text,
        "verifier": [verdict.status for verdict in verdicts],
        "check": [one.status for one in evidence],
        "hook": [free, frozen.approved, frozen.by],
    }


root = Path("workspace")
root.mkdir()
(root / "a.txt").write_text("two words\\nand more\\n")
problems = {i.name: i.problem for i in listing() if i.distribution == "loom-frozen"}
print(json.dumps({"problems": problems, **asyncio.run(use(Workspace(root.resolve())))}))
"""


@pytest.fixture
def installed(tmp_path):
    """The printed plugin on a path of its own, as an installer would leave it."""
    project = tomllib.loads(BLOCKS["pyproject.toml"])["project"]
    info = tmp_path / "site" / "loom_frozen-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    groups = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items())
        for group, entries in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(groups))
    (tmp_path / "site" / "loom_frozen").mkdir()
    (tmp_path / "site" / "loom_frozen" / "__init__.py").touch()
    for name, text in BLOCKS.items():
        if name.endswith(".py"):
            (tmp_path / "site" / name).write_text(text)
    return tmp_path


def test_printed_plugin_works_in_every_part(installed):
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", USE],
        cwd=installed,
        env={**os.environ, "PYTHONPATH": str(installed / "site")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        "problems": dict.fromkeys(
            ["count_words", "mirror", "small_changes", "max_lines", "frozen"]
        ),
        "tool": ["count_words", "4 words", "there is no file 'b.txt'"],
        "provider": "hello",
        "verifier": ["passed", "failed"],
        "check": ["failed", "passed"],
        "hook": [None, False, "frozen"],
    }


def test_every_group_and_hook_is_named_and_no_other():
    groups = set(re.findall(r"`(loom\.[a-z]+)`", TEXT))
    hooks = set(re.findall(r"`(loom_[a-z]+)`", TEXT))

    assert groups == {group.value for group in Group}
    assert hooks == {name for name, value in vars(hookspecs).items() if hasattr(value, "loom_spec")}
