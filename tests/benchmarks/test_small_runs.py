"""Benchmarks that put the engine together themselves still run; their figures are of no interest here."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["many_subtasks.py", "--sizes", "10", "20"], "x one of the smallest"),
        (["gap.py", "--turns", "2", "--rounds", "1"], "hand httpx"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_small_run_ends_with_its_table(command, said):
    script, *options = command
    done = subprocess.run(
        [sys.executable, BENCHMARKS / script, *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    assert done.returncode == 0, done.stderr
    assert said in done.stdout
