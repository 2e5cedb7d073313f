"""The commands that begin with a slash, and those for the shell that begin with ``!``."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from loom_core.app import Loom
from loom_core.cli.cowork.goal import run_goal_beside
from loom_core.cowork import CoworkSession, latest_sessions
from loom_core.cowork.showing import window_share
from loom_core.did_you_mean import did_you_mean
from loom_core.errors import LoomError
from loom_core.events import Event
from loom_core.sanitize import sanitize_line, sanitize_text
from loom_core.types import ApprovalMode

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Command:
    """What a command does, and how."""

    what: str
    run: Callable[[str], Awaitable[None]]


class Slash:
    """Carries out what the user types to Loom and not to the model."""

    def __init__(
        self,
        loom: Loom,
        session: CoworkSession,
        *,
        say: Say,
        watch: Callable[[Event], None] = lambda _event: None,
    ) -> None:
        """Act on this session and tell what comes of it, in lines; show events of goals it runs."""
        self._watch = watch
        self._loom = loom
        self._session = session
        self._say = say
        self.is_over = False
        """Whether the user wants to leave."""
        self._commands = {
            "/help": _Command("what can be typed here", self._help),
            "/model": _Command("NAME: ask this model of the settings from now on", self._model),
            "/models": _Command("models that are configured or found", self._models),
            "/tools": _Command("the tools", self._tools),
            "/approval": _Command("auto, manual or confidence_threshold", self._approval),
            "/undo": _Command("[TURN]: take back what a turn changed", self._undo),
            "/diff": _Command("[TURN]: what the session, or a turn, changed", self._diff),
            "/run": _Command("GOAL: plan, run and verify a goal here", self._run),
            "/compact": _Command("sum older turns up to make room", self._compact),
            "/tokens": _Command("tokens, cache and window of this session", self._tokens),
            "/sessions": _Command("earlier sessions of this directory", self._sessions),
            "/learned": _Command("what Loom has learned", self._learned),
            "/quit": _Command("end the session; it can be resumed", self._quit),
        }

    @property
    def table(self) -> Mapping[str, str]:
        """Every command with what it does."""
        return {name: command.what for name, command in self._commands.items()}

    async def handle(self, line: str) -> bool:
        """Carry out a line; False when it is for the model. Errors are said, not raised."""
        if line.startswith("!") and len(line) > 1:
            await self._guarded(self._shell, line[1:].strip())
            return True
        if not line.startswith("/"):
            return False
        name, _, rest = line.partition(" ")
        command = self._commands.get(name)
        if command is None:
            hint = did_you_mean(name, list(self._commands))
            self._say(f"there is no command {sanitize_line(name)!r}{hint}; /help lists them")
            return True
        await self._guarded(command.run, rest.strip())
        return True

    async def _guarded(self, run: Callable[[str], Awaitable[None]], rest: str) -> None:
        """Say what goes wrong."""
        try:
            await run(rest)
        except LoomError as error:
            self._say(str(error))

    async def _help(self, _rest: str) -> None:
        width = max(map(len, self._commands))
        for name, command in self._commands.items():
            self._say(f"{name.ljust(width)}  {command.what}")
        self._say("!COMMAND runs a command in the sandbox; @PATH sends a file along")
        self._say("Ctrl-C stops the turn; Alt-Enter begins a new line; Ctrl-D ends the session")

    async def _shell(self, command: str) -> None:
        result = await self._session.shell(command)
        self._say(sanitize_text(result.text))

    async def _model(self, name: str) -> None:
        router = await self._loom.router()
        if not name:
            begun = self._session.log.beginning
            self._say(
                f"asking {begun.model if begun else self._session.model or 'the first model'}"
            )
            return
        if name not in router.models:
            known = ", ".join(router.models)
            hint = did_you_mean(name, list(router.models))
            self._say(f"there is no model {name!r}{hint}; known: {known}")
            return
        self._session.model = name
        self._say(f"{name} answers from now on")

    async def _models(self, _rest: str) -> None:
        await self._loom_command("models")

    async def _tools(self, _rest: str) -> None:
        await self._loom_command("tools")

    async def _learned(self, _rest: str) -> None:
        await self._loom_command("learned")

    async def _approval(self, name: str) -> None:
        if not name:
            self._say(f"approval is {self._session.task.approval_mode}")
            return
        if name not in {mode.value for mode in ApprovalMode}:
            self._say(f"there is no approval mode {name!r}; auto, manual or confidence_threshold")
            return
        self._session.approve_by(ApprovalMode(name))
        self._say(f"approval is {name} from the next turn on")

    async def _undo(self, turn: str) -> None:
        undone = await self._session.undo(turn)
        for conflict in undone.conflicts:
            self._say(f"{conflict.path}: {conflict.reason}; nothing was undone")
        for path in undone.paths:
            self._say(f"{path} is as it was before {undone.turn}")
        for path in undone.left:
            self._say(f"{path} changed just now and was left alone")

    async def _diff(self, turn: str) -> None:
        chosen = ("--subtask", turn) if turn else ()
        await self._loom_command("diff", self._session.task.id, *chosen)

    async def _run(self, goal: str) -> None:
        if not goal:
            self._say("say which goal: /run Write tests for parser.py")
            return
        await run_goal_beside(self._loom, self._session, goal, say=self._say, watch=self._watch)

    async def _compact(self, _rest: str) -> None:
        gained = await self._session.compact()
        self._say("older turns are summed up" if gained else "there is too little to sum up")

    async def _tokens(self, _rest: str) -> None:
        log = self._session.log
        usage = log.usage
        self._say(
            f"{usage.calls} calls, {usage.prompt_tokens:,} prompt tokens "
            f"({usage.cache_share:.0%} cached), {usage.completion_tokens:,} answer tokens"
        )
        if self._session.window:
            share = window_share(log, self._session.window)
            self._say(f"window: {share:.0%} of {self._session.window:,} tokens")

    async def _sessions(self, _rest: str) -> None:
        for record in await latest_sessions(self._loom.store, self._session.workspace.root):
            mark = "*" if record.id == self._session.task.id else " "
            self._say(f"{mark} {record.id}  {record.updated_at:%Y-%m-%d %H:%M}  {record.goal}")
        self._say("go on with one: loom cowork --resume ID")

    async def _quit(self, _rest: str) -> None:
        self.is_over = True

    async def _loom_command(self, *arguments: str) -> None:
        """Run a command of ``loom`` and say what it says."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "loom_core.cli",
            *arguments,
            cwd=self._session.workspace.root,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        self._say(output.decode(errors="replace").rstrip())
