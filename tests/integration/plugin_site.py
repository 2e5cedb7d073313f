"""A directory of fake distributions, each of which leaves a trace when its code runs."""

import importlib
import sys
import textwrap
from pathlib import Path

from loom_core import extensions


class PluginSite:
    """Where fake distributions are installed for the time of a test."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._trace = root / "trace"
        self._known = set(sys.modules)
        root.mkdir()

    def add(self, name: str, group: str, code: str) -> None:
        """Install a distribution with one entry point of that name, whose value is ``thing``."""
        info = self.root / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {name}:thing\n")
        trace = f"with open({str(self._trace)!r}, 'a') as f: f.write({name!r} + '\\n')\n"
        (self.root / f"{name}.py").write_text(trace + textwrap.dedent(code))
        importlib.invalidate_caches()
        extensions.forget()

    @property
    def executed(self) -> list[str]:
        """The modules whose code ran, in order."""
        return self._trace.read_text().split() if self._trace.exists() else []

    def forget(self) -> None:
        """Take everything that was imported from here out of this process."""
        for name in set(sys.modules) - self._known:
            if str(self.root) in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]
        extensions.forget()
