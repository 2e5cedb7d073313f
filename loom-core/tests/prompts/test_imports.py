"""Imports that a model forgot are added, and nothing else."""

import pytest

from loom_core.prompts.imports import with_imports


@pytest.mark.parametrize(
    ("program", "added"),
    [
        ("print(json.dumps(list(csv.reader(f))))", "import csv\nimport json\n"),
        ("import json\nprint(json.dumps(1), math.pi)", "import math\n"),
        ("c = Counter(x)\nc.most_common()", "from collections import Counter\n"),
        ("import os.path\nos.getcwd()", ""),
        ("import statistics as st\nst.mean(x)", ""),
        ("from datetime import datetime\ndatetime.now()", ""),
        ("def f(re):\n    return re.sub", ""),
        ("for time in times:\n    time.sleep", ""),
        ("string = 'a'\nstring.upper()", ""),
        ("from __future__ import annotations\njson.dumps(1)", ""),
        ("from helpers import *\njson.dumps(1)", ""),
        ("pandas.read_csv('a')", ""),
        ("json.dumps(", ""),
        ("use json.dumps for it", ""),
    ],
)
def test_what_is_used_and_nowhere_bound_is_imported(program, added):
    assert with_imports(program) == added + program
