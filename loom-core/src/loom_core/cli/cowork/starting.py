"""From a command line to a session: the engine, and the conversation that is new or goes on."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from loom_core.cli.cowork.desk import Desk
from loom_core.cli.session import EngineOptions, Session
from loom_core.cowork import CoworkSession, latest_sessions
from loom_core.errors import UsageError
from loom_core.types import ApprovalMode

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
    is_offline: bool = False


@asynccontextmanager
async def begun(
    session: Session,
    wish: Wish,
    desk: Desk,
    *,
    say: Callable[[str], None],
    confirm: Callable[[str], bool],
) -> "AsyncGenerator[tuple[Loom, CoworkSession]]":
    """An engine and a conversation for as long as this is entered.

    Raises:
        UsageError: there is no session to resume.
        LoomError: no model can be used, or the store gave up.
    """
    options = EngineOptions(
        say=say,
        confirm=confirm,
        model=wish.model,
        is_offline=wish.is_offline,
        ask=desk.approve,
        ask_question=desk.answer,
    )
    async with session.build_loom(options) as loom:
        yield (
            loom,
            await loom.session(
                wish.workspace,
                listener=desk.listen,
                resume=await _found(loom, wish),
                approval_mode=wish.mode,
            ),
        )


async def _found(loom: "Loom", wish: Wish) -> str:
    """The id of the session to resume; empty for a new one."""
    if wish.resume != "last":
        return wish.resume
    sessions = await latest_sessions(loom.store, wish.workspace)
    if not sessions:
        raise UsageError(f"there is no session of {wish.workspace} yet; begin one without --resume")
    return sessions[0].id
