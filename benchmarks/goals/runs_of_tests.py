"""Runs the tests that a model wrote, with or without a framework, to see what they notice."""

import shlex

from workspace_judge import FinishedWorkspace, NotDone

_ALL = """
import importlib.util, sys, types, unittest

if importlib.util.find_spec("pytest") is None:
    sys.modules["pytest"] = types.ModuleType("pytest")  # imported by habit, not used
module = importlib.import_module(sys.argv[1])
for name, found in list(vars(module).items()):
    if isinstance(found, type) and issubclass(found, unittest.TestCase):
        suite = unittest.defaultTestLoader.loadTestsFromTestCase(found)
        assert unittest.TextTestRunner().run(suite).wasSuccessful()
    elif isinstance(found, type) and name.startswith("Test"):
        for method in dir(found):
            if method.startswith("test"):
                getattr(found(), method)()
    elif callable(found) and name.startswith("test"):
        found()
"""


def expect_passing(done: FinishedWorkspace, module: str) -> None:
    """Raise unless every test of a module passes."""
    done.run(_ways(module)[0])


def expect_caught(done: FinishedWorkspace, module: str, change: str) -> None:
    """Raise unless the module notices, imported or run as a script, what a shell command breaks."""
    for way in _ways(module):
        if _passes(done, way) and not _passes(done, f"{change} && {way}"):
            return
    raise NotDone(f"{module}.py passes on wrong code too")


def _ways(module: str) -> tuple[str, str]:
    """The commands that run the tests of a module."""
    return f"python3 -c {shlex.quote(_ALL)} {module}", f"python3 {module}.py"


def _passes(done: FinishedWorkspace, command: str) -> bool:
    """Whether a command ends well."""
    try:
        done.run(command)
    except NotDone:
        return False
    return True
