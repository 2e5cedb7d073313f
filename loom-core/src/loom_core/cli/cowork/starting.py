"""From a command line to a session: the engine, and the conversation that is new or goes on."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from loom_core.cli.cowork.desk import Desk
from loom_core.cli.cowork.wish import Wish
from loom_core.cli.session import EngineOptions, Session
from loom_core.cowork import CoworkSession, latest_sessions
from loom_core.errors import LoomError, UsageError
from loom_core.types import ApprovalMode

if TYPE_CHECKING:
    from loom_core.app import Loom


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
                approval_mode=ApprovalMode(wish.mode) if wish.mode else None,
            ),
        )


@asynccontextmanager
async def begun_behind(
    session: Session,
    wish: Wish,
    desk: Desk,
    *,
    say: Callable[[str], None],
    ask: Callable[[str], Awaitable[bool]],
) -> "AsyncGenerator[tuple[Loom, CoworkSession]]":
    """``begun`` for a face that is there already and asks by itself, while it goes on taking keys.

    A question comes up where nobody can wait for an answer. So it is refused there, asked here, and after a
    yes everything begins anew. One that comes up later is refused, with an error that says what to do.
    """
    agreed: set[str] = set()
    asked: list[str] = []

    def agrees(question: str) -> bool:
        if question not in agreed:
            asked.append(question)
        return question in agreed

    async with AsyncExitStack() as stack:
        while True:
            asked.clear()
            try:
                begins = begun(session, wish, desk, say=say, confirm=agrees)
                pair = await stack.enter_async_context(begins)
                break
            except LoomError:
                if not asked or not await ask(asked[0]):
                    raise
                agreed.add(asked[0])
        yield pair


async def _found(loom: "Loom", wish: Wish) -> str:
    """The id of the session to resume; empty for a new one."""
    if wish.resume != "last":
        return wish.resume
    sessions = await latest_sessions(loom.store, wish.workspace)
    if not sessions:
        raise UsageError(f"there is no session of {wish.workspace} yet; begin one without --resume")
    return sessions[0].id
