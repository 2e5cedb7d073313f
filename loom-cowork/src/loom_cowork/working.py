"""A session held with the face that fits the terminal."""

import os
import sys

from loom_core.cli.cowork.desk import Desk
from loom_core.cli.cowork.starting import Wish, begun
from loom_core.cli.exit_code import ExitCode
from loom_core.cli.progress.status_line import StatusLine
from loom_core.cli.run.notices import Notices
from loom_core.cli.session import Session
from loom_core.sandbox import describe as describe_sandbox


async def work_together(session: Session, wish: Wish, *, is_plain: bool, agrees: bool) -> ExitCode:
    """Hold a session until the user ends it. Raises what ``begun`` raises.

    Args:
        session: gives the settings and the engine.
        wish: which session.
        is_plain: whether plain lines are wanted on any terminal.
        agrees: whether to fetch what is needed without asking.
    """
    desk = Desk()
    notices = Notices(StatusLine(is_shown=False), agrees=agrees)
    async with begun(session, wish, desk, say=notices.say, confirm=notices.confirm) as (
        loom,
        conversation,
    ):
        notices.say(describe_sandbox(session.settings.sandbox, is_offline=wish.is_offline).detail)
        if is_plain or not _is_capable():
            from loom_cowork.plain import PlainFace

            return await PlainFace(loom, conversation, desk).run()
        from loom_cowork.face import Face

        return await Face(loom, conversation, desk, home=session.home).run()


def _is_capable() -> bool:
    """Whether a person is at a terminal that can move its cursor."""
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    return is_terminal and os.environ.get("TERM", "dumb") not in {"dumb", ""}
