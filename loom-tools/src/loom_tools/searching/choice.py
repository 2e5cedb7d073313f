"""Which engine a search uses."""

from loom_core.workspace import Workspace
from loom_tools.searching.deadline import Deadline
from loom_tools.searching.engine import Engine
from loom_tools.searching.linear import LinearEngine
from loom_tools.searching.pattern import SearchPattern
from loom_tools.searching.ripgrep import RipgrepEngine, ripgrep_program


def best_engine(pattern: SearchPattern, workspace: Workspace, deadline: Deadline) -> Engine:
    """The engine that runs ripgrep where that works, else the one that needs no program.

    Raises ``ToolFailed`` for a pattern that is too large for either.
    """
    program = ripgrep_program(workspace.root)
    if program is not None:
        engine = RipgrepEngine(program, pattern, workspace.root, deadline)
        if engine.works():
            return engine
    return LinearEngine(pattern, deadline)
