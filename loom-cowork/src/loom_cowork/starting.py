"""From the command line to a running session: engine, session, and the face that fits the terminal."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from loom_core.cli.exit_code import ExitCode
from loom_core.cli.progress.status_line import StatusLine
from loom_core.cli.run.notices import Notices
from loom_core.cli.session import EngineOptions, Session
from loom_core.cowork import latest_sessions
from loom_core.errors import UsageError
from loom_core.sandbox import describe as describe_sandbox
from loom_core.types import ApprovalMode
from loom_cowork.desk import Desk

if TYPE_CHECKING:
    from loom_core.app import Loom


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for."""

    workspace: Path
    resume: str = ""
    """Id of a session, ``last``, or empty for a new one."""
    model: str = ""
    mode: ApprovalMode | None = None
    is_plain: bool = False
    is_offline: bool = False
    agrees: bool = False


async def work_together(session: Session, wish: Wish) -> ExitCode:
    """Hold a session until the user ends it.

    Raises:
        UsageError: there is no session to resume.
        LoomError: no model can be used, or the store gave up.
    """
    desk = Desk()
    notices = Notices(StatusLine(is_shown=False), agrees=wish.agrees)
    options = EngineOptions(
        say=notices.say,
        confirm=notices.confirm,
        model=wish.model,
        is_offline=wish.is_offline,
        ask=desk.approve,
        ask_question=desk.answer,
    )
    async with session.build_loom(options) as loom:
        resumed = await _found(loom, wish)
        conversation = await loom.session(
            wish.workspace, listener=desk.listen, resume=resumed, approval_mode=wish.mode
        )
        notices.say(describe_sandbox(session.settings.sandbox, is_offline=wish.is_offline).detail)
        if wish.is_plain or not _is_capable():
            from loom_cowork.plain import PlainFace

            return await PlainFace(loom, conversation, desk).run()
        from loom_cowork.face import Face

        return await Face(loom, conversation, desk, home=session.home).run()


def _is_capable() -> bool:
    """Whether a person is at a terminal that can move its cursor."""
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    return is_terminal and os.environ.get("TERM", "dumb") not in {"dumb", ""}


async def _found(loom: "Loom", wish: Wish) -> str:
    """The id of the session to resume; empty for a new one."""
    if wish.resume != "last":
        return wish.resume
    sessions = await latest_sessions(loom.store, wish.workspace)
    if not sessions:
        raise UsageError(f"there is no session of {wish.workspace} yet; begin one without --resume")
    return sessions[0].id
