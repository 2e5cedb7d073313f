"""Where ``loom run`` runs: in this process, or at a server that was named or found."""

import asyncio
from dataclasses import dataclass

from loom_core.cli.server_here import open_desk_here
from loom_core.cli.session import AUTO, LOCAL, NONE, Session
from loom_core.errors import UsageError


@dataclass(frozen=True, slots=True)
class OnlyHere:
    """Options that only a run in this process can follow."""

    model: str
    is_offline: bool
    agrees: bool
    is_limited: bool

    @property
    def given(self) -> list[str]:
        """The names of those that were given."""
        named = {
            "--model": self.model,
            "--max-tokens, --max-calls or --max-seconds": self.is_limited,
            "--offline": self.is_offline,
            "--yes": self.agrees,
        }
        return [name for name, value in named.items() if value]


def choose_server(session: Session, server: str, only_here: OnlyHere, *, is_detached: bool) -> str:
    """The server that runs the goal; empty for this process.

    Args:
        session: knows this home.
        server: what was asked for; empty is this process, or ``local`` with ``--detach``.
        only_here: what a server could not follow.
        is_detached: whether somebody else has to go on with it.

    Raises:
        UsageError: only this process can do what was asked, and a server was asked for.
    """
    if server == NONE and is_detached:
        raise UsageError("--detach needs a server that goes on with it; say --server local")
    if is_detached and server in {"", AUTO}:
        server = LOCAL
    if server == AUTO:
        return "" if only_here.given or not asyncio.run(_answers(session)) else LOCAL
    if server in {"", NONE}:
        return ""
    for name in only_here.given:
        raise UsageError(f"{name} is the server's to decide; leave it out with --server")
    return server


async def _answers(session: Session) -> bool:
    """Whether a server of this home can be used."""
    async with open_desk_here(session) as desk:
        return desk is not None
