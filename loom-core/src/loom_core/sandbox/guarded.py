"""Running a command under guard: what it planted is taken back however it ends."""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import replace

from loom_core.sandbox.sandbox import CommandResult
from loom_core.sandbox.unbroken import unbroken
from loom_core.workspace.guarding import Guard

_log = logging.getLogger(__name__)


async def run_guarded(guard: Guard, running: Awaitable[CommandResult]) -> CommandResult:
    """The result of a command with what it had planted; a stopped command is settled as well."""
    try:
        result = await running
    except BaseException:
        planted = await unbroken(asyncio.to_thread(guard.settle))
        if planted.paths:
            _log.warning(
                "taken back after a command that was stopped: %s; kept in %s",
                ", ".join(planted.paths),
                planted.archive,
            )
        raise
    return replace(result, planted=await unbroken(asyncio.to_thread(guard.settle)))
