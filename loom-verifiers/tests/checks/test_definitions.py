"""The check that a Python file defines a name."""

import pytest

from loom_core.types import VerdictStatus
from loom_verifiers.checks.definitions import PythonDefines

PASSED, FAILED, UNVERIFIED = VerdictStatus.PASSED, VerdictStatus.FAILED, VerdictStatus.UNVERIFIED


@pytest.mark.parametrize(
    ("content", "name", "status"),
    [
        ("def f(x):\n    return x\n", "f", PASSED),
        ("async def f(): pass\n", "f", PASSED),
        ("class Stack:\n    def push(self): pass\n", "push", PASSED),
        ("class Stack: pass\n", "Stack", PASSED),
        ("def g(): pass\n", "f", FAILED),
        ("f = 1\n", "f", FAILED),
        ("# def f(): pass\n", "f", FAILED),
        ("def f(:\n", "f", FAILED),
        ("", "f", FAILED),
        ("def f(): pass\n", "", UNVERIFIED),
        ("def f(): pass\n", "f()", UNVERIFIED),
    ],
)
async def test_definitions_are_found_without_running(tmp_path, look, content, name, status):
    (tmp_path / "a.py").write_text(content + "\nopen('ran', 'w')\n" * bool(content))

    evidence = await PythonDefines().run("a.py", name, look)

    assert evidence.status is status, evidence
    assert [path.name for path in tmp_path.iterdir()] == ["a.py"]


async def test_a_missing_file_defines_nothing(look):
    assert (await PythonDefines().run("a.py", "f", look)).status is FAILED
