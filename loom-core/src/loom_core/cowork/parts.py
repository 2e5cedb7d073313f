"""What a session is made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from loom_core.contracts.tool import Tool
from loom_core.engine.scope import TaskScope
from loom_core.events import Event
from loom_core.store import Store
from loom_core.types import Task
from loom_core.workspace import Workspace


@dataclass(frozen=True, slots=True)
class SessionParts:
    """What a session is made of."""

    task: Task
    store: Store
    workspace: Workspace
    tools: dict[str, Tool[Any]]
    make_scope: Callable[[Task, int], TaskScope]
    """What a turn shares, for the task and the fence of its claim."""
    is_new: bool = True
    events: Sequence[Event] = ()
    """What the journal has of it."""
