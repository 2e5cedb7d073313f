"""Loading the tools, as every listing of them does, loads none of their heavy libraries."""

import json
import subprocess
import sys

CODE = """
import json, sys
from importlib.metadata import entry_points
for point in entry_points(group="loom.tools"):
    if point.module.startswith("loom_tools"):
        point.load()().spec()
print(json.dumps(sorted(sys.modules)))
"""


def test_loading_the_tools_loads_no_engine_and_no_grammar():
    shown = subprocess.run(
        [sys.executable, "-c", CODE], check=True, capture_output=True, timeout=60
    )

    loaded = {name.partition(".")[0] for name in json.loads(shown.stdout)}
    assert "loom_tools" in loaded
    assert {name for name in loaded if name.startswith(("re2", "tree_sitter", "pathspec"))} == set()
