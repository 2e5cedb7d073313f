"""How long the reading tools take in a workspace of 100,000 files.

    python benchmarks/large_workspace.py --files 100000

Makes a tree of small source files, 50 a directory, with an ignore file at its root, and a workspace
that holds as many files in one directory. Each call is made three times through the tool. *wall* is
the median; *CPU* is this process and ripgrep together, on whatever cores they had. The goal is 2 s
of wall time on a machine that does nothing else.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loom_core.contracts.tool import Tool, ToolContext
from loom_core.sandbox import choose
from loom_core.settings.shape import SandboxSettings
from loom_core.workspace import Workspace
from loom_tools.glob_find import GlobFind
from loom_tools.list_directory import ListDirectory
from loom_tools.ripgrep_search import RipgrepSearch
from loom_tools.search_files import SearchFiles
from loom_tools.searching import choice

GOAL_SECONDS = 2.0
_PER_DIRECTORY = 50
_RUNS = 3
_IGNORED = "*.log\nbuild/\n__pycache__/\n/dist\n*.py[cod]\nnode_modules/\n.venv/\n*.egg-info/\n"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool."""

    title: str
    tool: type[Tool[Any]]
    arguments: Mapping[str, Any]
    uses_ripgrep: bool = True
    workspace: str = "tree"


SEARCHES = (
    Call("ripgrep_search, one match", RipgrepSearch, {"pattern": r"fn_\d+_49_last\("}),
    Call("ripgrep_search, no match", RipgrepSearch, {"pattern": r"n[oO]thing\s+like"}),
    Call("ripgrep_search, many matches", RipgrepSearch, {"pattern": "^import"}),
    Call("search_files, one match", SearchFiles, {"pattern": "_last("}),
    Call("search_files, no match", SearchFiles, {"pattern": "nothing like"}),
)
CALLS = (
    Call("list_directory", ListDirectory, {}),
    Call("list_directory, depth 10", ListDirectory, {"depth": 10}),
    Call("list_directory, one flat directory", ListDirectory, {}, workspace="flat"),
    Call("glob_find **/*.py", GlobFind, {"pattern": "**/*.py"}),
    Call("glob_find *.{rs,go}, no match", GlobFind, {"pattern": "*.{rs,go}"}),
    *SEARCHES,
    *(
        Call(f"{each.title}, without rg", each.tool, each.arguments, uses_ripgrep=False)
        for each in SEARCHES
    ),
)


def main() -> int:
    """Make the workspace, measure, print the table; 1 when a call misses the goal."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        make_tree(place / "tree", options.files)
        make_flat(place / "flat", options.files)
        measured = [(call.title, *asyncio.run(run(call, place))) for call in CALLS]
    print("| call | wall s | CPU s |\n| --- | --- | --- |")
    for title, wall, cpu in measured:
        print(f"| {title} | {wall:.2f} | {cpu:.2f} |")
    return int(any(wall > GOAL_SECONDS for _, wall, _ in measured))


def make_tree(root: Path, count: int) -> None:
    """Source files in directories."""
    root.mkdir()
    (root / ".gitignore").write_text(_IGNORED)
    for number in range(count // _PER_DIRECTORY):
        directory = root / f"package{number % 40:02}" / f"module{number // 40:03}"
        directory.mkdir(parents=True)
        for index in range(_PER_DIRECTORY):
            ending = "py" if index % 2 else "txt"
            last = "_last" if (number + 1) * _PER_DIRECTORY >= count else ""
            body = f"import os\n\n\ndef fn_{number}_{index}{last}(x):\n    return x + {index}\n"
            (directory / f"file{index:02}.{ending}").write_text(body * 3)


def make_flat(root: Path, count: int) -> None:
    """Empty files in one directory."""
    root.mkdir()
    for number in range(count):
        (root / f"f{number}").touch()


async def run(call: Call, place: Path) -> tuple[float, float]:
    """Median wall and CPU seconds of one call."""
    tool, found = call.tool(), choice.ripgrep_program
    context = ToolContext(
        "task", "subtask", Workspace(place / call.workspace), choose(SandboxSettings()), {}
    )
    choice.ripgrep_program = found if call.uses_ripgrep else lambda _workspace: None
    arguments = tool.arguments_model.model_validate(call.arguments)
    walls, cpus = [], []
    for _ in range(_RUNS):
        began, cpu = time.perf_counter(), sum(os.times()[:4])
        await tool.run(arguments, context)
        walls.append(time.perf_counter() - began)
        cpus.append(sum(os.times()[:4]) - cpu)
    choice.ripgrep_program = found
    return statistics.median(walls), statistics.median(cpus)


if __name__ == "__main__":
    raise SystemExit(main())
