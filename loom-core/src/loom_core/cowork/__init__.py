"""Cowork: one conversation with the user, turn by turn, over the engine's journal, tools and undo."""

from loom_core.cowork.mentions import Attached
from loom_core.cowork.opening import SessionOpening, latest_sessions
from loom_core.cowork.result import TurnResult, TurnWay
from loom_core.cowork.session import CoworkSession
from loom_core.cowork.undoing import Undone
from loom_core.cowork.updates import Heard, Listener, Recorded, Update

__all__ = [
    "Attached",
    "CoworkSession",
    "Heard",
    "Listener",
    "Recorded",
    "SessionOpening",
    "TurnResult",
    "TurnWay",
    "Undone",
    "Update",
    "latest_sessions",
]
