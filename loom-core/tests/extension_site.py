"""Fake distributions on the path of a fresh interpreter, so that what is imported shows from outside."""

import json
import os
import subprocess
import sys
from pathlib import Path


class Site:
    """A directory of fake distributions, and an interpreter that sees it."""

    def __init__(self, root: Path):
        self.root = root

    def add(self, distribution, entry_points, version="1.0", **modules):
        """Install a distribution; a module's text is preceded by a line that leaves a trace."""
        info = self.root / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        )
        (info / "entry_points.txt").write_text(entry_points)
        for dotted, text in modules.items():
            self.write(dotted, text)

    def write(self, dotted, text):
        path = self.root.joinpath(*dotted.split("__")).with_suffix(".py")
        if dotted.endswith("__init"):
            path = path.with_name("__init__.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        trace = f"open({str(self.root / 'executed')!r}, 'a').write(__name__ + '\\n')\n"
        path.write_text(text if text.startswith("#raw") else trace + text)

    @property
    def executed(self):
        trace = self.root / "executed"
        return trace.read_text().split() if trace.exists() else []

    def run(self, code):
        """What code gives as ``answer``, run where the fake distributions are installed."""
        program = (
            f"import json\nfrom loom_core.extensions import *\n{code}\nprint(json.dumps(answer))"
        )
        ran = subprocess.run(
            [sys.executable, "-W", "error", "-c", program],
            env={**os.environ, "PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    def problems(self):
        """Problem by entry-point name of the fake distributions."""
        rows = self.run(
            "answer = [[i.name, i.distribution, i.problem] for i in listing()"
            " if i.distribution.startswith('fake')]"
        )
        return {name or distribution: problem for name, distribution, problem in rows}


def error_of(call):
    """Code whose answer is the error's class and text."""
    return (
        f"try:\n    {call}\n    answer = None\n"
        "except Exception as error:\n    answer = [type(error).__name__, str(error)]"
    )
