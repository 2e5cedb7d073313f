"""A session held with the face that fits the terminal."""

import os
import sys
from typing import TYPE_CHECKING

from loom_core.cli.cowork.wish import Wish
from loom_core.cli.exit_code import ExitCode
from loom_core.cli.session import Session

if TYPE_CHECKING:
    from loom_cowork.face import OpenRoom


async def work_together(session: Session, wish: Wish, *, is_plain: bool, agrees: bool) -> ExitCode:
    """Hold a session until the user ends it.

    Args:
        session: gives the settings and the engine.
        wish: which session.
        is_plain: whether plain lines are wanted on any terminal.
        agrees: whether to fetch what is needed without asking.

    Raises:
        UsageError: there is no session to resume.
        LoomError: no model can be used, or the store gave up.
    """
    if is_plain or not _is_capable():
        from loom_cowork.plain import hold_plainly

        return await hold_plainly(session, wish, agrees=agrees)
    from loom_cowork.face import Face

    def load() -> "OpenRoom":
        from loom_cowork.opening import Opening

        return Opening(session, wish, agrees=agrees)

    return await Face(load).run()


def _is_capable() -> bool:
    """Whether a person is at a terminal that can move its cursor."""
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    return is_terminal and os.environ.get("TERM", "dumb") not in {"dumb", ""}
