"""What the architecture tests look at: the sources of every distribution, parsed."""

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Source:
    """One Python file of a distribution."""

    path: Path
    module: str
    """Dotted name; empty for a test."""

    @cached_property
    def text(self):
        return self.path.read_text()

    @cached_property
    def tree(self):
        return ast.parse(self.text)

    @cached_property
    def attributes(self):
        """The names of all attributes that are looked at anywhere in the file."""
        return {node.attr for node in ast.walk(self.tree) if isinstance(node, ast.Attribute)}

    @cached_property
    def names(self):
        """All plain names in the file."""
        return {node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name)}

    @property
    def where(self):
        return str(self.path.relative_to(ROOT))

    def imports(self):
        """Every module that is imported anywhere in the file, by its full name."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _sources(pattern):
    for source_root in sorted(ROOT.glob(pattern)):
        for path in sorted(source_root.rglob("*.py")):
            parts = path.relative_to(source_root).with_suffix("").parts
            yield Source(path, ".".join(part for part in parts if part != "__init__"))


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def core():
    """The sources of loom_core."""
    return list(_sources("loom-core/src"))


@pytest.fixture(scope="session")
def members():
    """The sources of every other distribution."""
    found = [*_sources("loom-*/src"), *_sources("loom-providers/*/src")]
    return [source for source in found if not source.module.startswith("loom_core")]


@pytest.fixture(scope="session")
def sources(core, members):
    return [*core, *members]


@pytest.fixture(scope="session")
def tests():
    """Every test file."""
    patterns = ["loom-*/tests", "loom-providers/*/tests", "tests"]
    paths = [path for pattern in patterns for path in ROOT.glob(f"{pattern}/**/*.py")]
    return [Source(path, "") for path in sorted(paths)]


@pytest.fixture(scope="session")
def manifests():
    """The path of every distribution's pyproject.toml."""
    return sorted(
        [*ROOT.glob("loom-*/pyproject.toml"), *ROOT.glob("loom-providers/*/pyproject.toml")]
    )
