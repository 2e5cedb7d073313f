"""A session: turns with the user in one workspace, each journalled, claimed and undoable by itself."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import Any

from loom_core.contracts.context import ModelFacts
from loom_core.contracts.provider import ReasoningDelta, TextDelta
from loom_core.contracts.tool import Tool
from loom_core.cowork.claimed import under_claim
from loom_core.cowork.compacting import Fitting
from loom_core.cowork.corrections import SessionCorrections
from loom_core.cowork.history import History
from loom_core.cowork.mentions import Attached, with_mentions
from loom_core.cowork.offering import for_conversation, offered_specs
from loom_core.cowork.parts import SessionParts
from loom_core.cowork.prompt import session_prompt
from loom_core.cowork.recall import Recall
from loom_core.cowork.record import SessionLog
from loom_core.cowork.result import TurnResult
from loom_core.cowork.running import BY_USER, RunningTurn
from loom_core.cowork.turn import Turn
from loom_core.cowork.undoing import Undone, undo_turn
from loom_core.cowork.updates import Heard, Listener, Recorded
from loom_core.engine.context import RunContext
from loom_core.engine.human.answers import Answers
from loom_core.engine.human.grants import Grants
from loom_core.engine.journal import StepJournal
from loom_core.engine.scope import TaskScope
from loom_core.engine.taint import TaintLedger
from loom_core.errors import UsageError
from loom_core.events import (
    EventBody,
    ModelCallFinished,
    PromptAssembled,
    TurnInterrupted,
    TurnStarted,
)
from loom_core.planning.survey import survey
from loom_core.store.turns import turn_id
from loom_core.types import ApprovalMode, Decision, ModelRole, Task
from loom_core.workspace import BlobStore, Workspace
from loom_core.workspace.pictures import keep_pictures

_CRASHED = "Loom was ended before the turn was"
_TITLE_CHARACTERS = 200


class CoworkSession:
    """One conversation. One turn runs at a time; ``steer`` and ``interrupt`` act on it."""

    def __init__(self, parts: SessionParts, *, listener: Listener, model: str = "") -> None:
        """Take a session up where its journal stops.

        Args:
            parts: what it is made of.
            listener: is shown everything that happens.
            model: name of the model in the settings; empty leaves it to the router.
        """
        self._parts = parts
        self._listener = listener
        self._is_stored = not parts.is_new
        self._steering: deque[str] = deque()
        self._running: RunningTurn | None = None
        self.model = model
        """Which model is asked from the next turn on; empty is the router's choice."""
        self.log = SessionLog()
        """What happened so far, for those who show it."""
        recall = Recall(lambda: self.log.passages)
        self._tools: dict[str, Tool[Any]] = {**parts.tools, recall.name: recall}
        self._grants = Grants(parts.events)
        self._answers = Answers(parts.events)
        self._taints = TaintLedger(self._tools, parts.events)
        reader = next((tool.name for tool in self._tools.values() if tool.reads_results), "")
        self._history = History([], reader=reader, blobs=parts.workspace.blobs)
        self._fitting = Fitting(self._history)
        self._corrections = SessionCorrections()
        self._untold: list[EventBody] | None = []
        """Records that the conversation waits for until the model is known that reads them."""
        for event in parts.events:
            self._take(event.subtask_id, event.body)
        self._corrections.found.clear()  # they were kept when they were made

    @property
    def task(self) -> Task:
        """The session as a task: its id, its workspace and who approves."""
        return self._parts.task

    @property
    def workspace(self) -> Workspace:
        """The directory that it works in."""
        return self._parts.workspace

    def approve_by(self, mode: ApprovalMode) -> None:
        """Let this mode decide what asks, from the next turn on."""
        task = self._parts.task.model_copy(update={"approval_mode": mode})
        self._parts = replace(self._parts, task=task)

    @property
    def is_busy(self) -> bool:
        """Whether a turn runs."""
        return self._running is not None

    @property
    def window(self) -> int:
        """Tokens of the model's window; 0 before the first turn."""
        return self._fitting.window

    async def send(self, text: str, *, attached: Attached | None = None) -> TurnResult:
        """Let the model answer what the user says, with the files that it mentions.

        What is ``attached`` by an editor goes along; its user mentions files by other means, so that
        an ``@`` that leads to nothing is a word then. Cancelling this interrupts the turn. Raises
        ``UsageError`` for an empty text or while a turn runs, and ``StoreError`` when the journal
        cannot be written.
        """
        if not text.strip():
            raise UsageError("there is nothing to send; say what should be done")
        shown = await asyncio.to_thread(with_mentions, text, self._parts.workspace)
        if shown.problems and attached is None:
            raise UsageError("; ".join(shown.problems))
        shown = shown.joined(attached or Attached())
        started = TurnStarted(text=text, sent=shown.sent, images=shown.images, seen=shown.seen)
        return await self._turn(started, self._converse)

    async def shell(self, command: str) -> TurnResult:
        """Run a command of the user in the sandbox; the model is told with what is said next."""
        started = TurnStarted(text=f"!{command}", sent=f"I ran `{command}` myself:", is_note=True)

        async def work(scope: TaskScope, turn: str, body: TurnStarted) -> str:
            allowed = replace(scope, ask_human=_allow)
            context = self._context(allowed, turn, is_known=True)
            await context.emit(body)
            result = await context.call_tool(
                "shell_execute", {"command": command}, call_id=f"user-{turn}"
            )
            return result.text

        return await self._turn(started, work)

    async def note(self, text: str, sent: str) -> TurnResult:
        """Put something that happened beside the conversation into it; told with the next turn."""

        async def work(scope: TaskScope, turn: str, body: TurnStarted) -> str:
            await self._context(scope, turn, is_known=True).emit(body)
            return ""

        return await self._turn(TurnStarted(text=text, sent=sent, is_note=True), work)

    def steer(self, text: str) -> None:
        """Tell the model before its next answer; what comes too late is in ``TurnResult.unsaid``."""
        self._steering.append(text)

    def interrupt(self, reason: str = BY_USER) -> bool:
        """Stop the turn that runs; False when none does. What it changed stays, and can be undone."""
        return self._running is not None and self._running.stop(reason)

    async def compact(self) -> bool:
        """Sum the older turns up now; False when there is too little to gain."""
        gained = False

        async def work(scope: TaskScope, turn: str, body: TurnStarted) -> str:
            nonlocal gained
            context = self._context(scope, turn, is_known=True)
            await context.emit(body)
            await self._prepare(scope)
            gained = await self._fitting.summarize(context)
            return ""

        if self._history.beginning is None and not self.log.turns:
            return False
        await self._turn(TurnStarted(text="/compact", sent="", is_note=True), work)
        return gained

    async def undo(self, turn: str = "", *, force: bool = False) -> Undone:
        """Take back what a turn changed, or the last one that changed something.

        Raises ``UsageError`` when there is nothing, and ``StoreBusy`` while a turn runs.
        """
        if self._running is not None:
            raise UsageError("a turn is at work; stop it first")
        parts = self._parts
        undone = await undo_turn(
            parts.store, parts.task.id, parts.workspace, self._tools, turn=turn, force=force
        )
        if undone.paths:
            files = ", ".join(undone.paths)
            await self.note(f"/undo {undone.turn}", f"I took back what you changed in: {files}")
        return undone

    async def _turn(
        self,
        started: TurnStarted,
        work: Callable[[TaskScope, str, TurnStarted], Awaitable[str]],
    ) -> TurnResult:
        """One turn under a claim of its own, brought to a recorded end whatever happens."""
        if self._running is not None:
            raise UsageError("a turn is at work; wait for it or stop it")
        await self._ensure_stored(started.text)
        number = self.log.last_turn + 1
        turn = turn_id(number)
        parts = self._parts
        async with (
            _counting_on(parts.workspace.blobs),
            under_claim(
                parts.store, parts.task.id, cancel=self.interrupt, steer=self.steer
            ) as claim,
        ):
            scope = self._scope(claim.fence, claim.waiting)
            await self._close_crashed(scope)
            running = asyncio.create_task(_text(work(scope, turn, started)), name=turn)
            self._running = RunningTurn(turn, running)
            claim.on_loss(running.cancel)
            try:
                result = await self._running.end(self._journal(scope, turn))
            finally:
                self._running = None
            await self._corrections.teach(scope)
        unsaid = tuple(self._steering)
        self._steering.clear()
        return replace(result, unsaid=unsaid)

    async def _converse(self, scope: TaskScope, turn: str, body: TurnStarted) -> str:
        """A turn that a model answers."""
        self._grants.ask_again()
        facts = await self._prepare(scope)
        begun = self._history.beginning
        is_known = begun is not None and (begun.model, begun.dialect) == (facts.name, facts.dialect)
        context = self._context(scope, turn, is_known=is_known)
        images = await asyncio.to_thread(keep_pictures, body.images, self.workspace.blobs)
        await context.emit(body.model_copy(update={"images": images}))
        if not is_known:
            seen = await asyncio.to_thread(survey, self._parts.workspace)
            wanted = (await context.lessons()).instructions
            today = date.today()  # noqa: DTZ011  # the user's day
            await context.begin(
                session_prompt(facts, self._history.specs, seen, wanted=wanted, today=today)
            )
        context.know(self.log.seen, self.log.results, self.log.kept)
        return await Turn(context, self._history, self._fitting, self._steering).run()

    async def _prepare(self, scope: TaskScope) -> ModelFacts:
        """The model of this turn; the conversation is read from the journal at the first one."""
        begun = self.log.beginning
        prefer = self.model or (begun.model if begun else "")
        choice = await scope.router.choose(ModelRole.EXECUTOR, 1, prefer=prefer)
        usual = facts = for_conversation(choice.route.facts)
        if begun is not None and begun.window:
            facts = replace(facts, window=min(facts.window, begun.window))
        self._history.facts = facts
        if not self._history.specs:
            self._history.specs = offered_specs(self._tools.values(), facts.dialect)
        if self._untold is not None:
            self._history.apply_all(self._untold)
            self._untold = None
        return usual

    def _context(self, scope: TaskScope, turn: str, *, is_known: bool) -> RunContext:
        """The capabilities of a turn, which goes on with its model if the prompt is known."""
        begun = self.log.beginning
        return RunContext(
            scope,
            self._journal(scope, turn, beginning=begun if is_known else None),
            tools=self._tools,
        )

    def _journal(
        self, scope: TaskScope, turn: str, *, beginning: PromptAssembled | None = None
    ) -> StepJournal:
        """The journal of a turn, which everything that happens in it goes through."""
        journal = StepJournal(
            scope.store,
            scope.task.id,
            fence=scope.fence,
            subtask_id=turn,
            attempt=1,
            watch=self._note,
        )
        journal.beginning = beginning
        return journal

    def _scope(self, fence: int, waiting: Any) -> TaskScope:
        """What a turn shares, with what stands from the turns before."""
        return replace(
            self._parts.make_scope(self._parts.task, fence),
            tools=self._tools,
            waiting=waiting,
            grants=self._grants,
            answers=self._answers,
            taints=self._taints,
            hear=self._hear,
        )

    async def _close_crashed(self, scope: TaskScope) -> None:
        """End a turn that a crash left open, whose calls nobody will make again."""
        turn = self.log.open_turn
        if turn:
            await self._journal(scope, turn).commit(TurnInterrupted(reason=_CRASHED))

    async def _ensure_stored(self, text: str) -> None:
        """Put the session into the store with its first words as a title."""
        if self._is_stored:
            return
        title = " ".join(text.split())[:_TITLE_CHARACTERS]
        task = self._parts.task.model_copy(update={"goal": title})
        self._parts = replace(self._parts, task=task)
        await self._parts.store.create_task(task)
        self._is_stored = True

    def _note(self, turn: str, body: EventBody) -> None:
        """Take in one record and show it."""
        self._taints.note(turn, body)
        if isinstance(body, ModelCallFinished) and self._running is not None:
            self._running.partial.clear()
        self._take(turn, body)
        self._listener(Recorded(turn, body))

    def _take(self, turn: str, body: EventBody) -> None:
        """Take in one record, new or old; each turn has seen what those before it have."""
        if self._untold is None:
            self._history.apply(body)
        else:
            self._untold.append(body)
        if isinstance(body, TurnStarted) and self.log.last_turn:
            self._taints.recall(turn, [turn_id(self.log.last_turn)])
        self.log.apply(turn, body)
        self._corrections.take(turn, body)

    def _hear(self, piece: TextDelta | ReasoningDelta) -> None:
        """Show a piece of an answer, and keep it for the case that the rest never comes."""
        if self._running is None:
            return
        if isinstance(piece, TextDelta):
            self._running.partial.append(piece.text)
        self._listener(Heard(self._running.turn, piece))


@asynccontextmanager
async def _counting_on(blobs: BlobStore | None) -> AsyncGenerator[None]:
    """While inside, nobody deletes contents that the journal does not name yet."""
    with ExitStack() as held:
        if blobs is not None:
            await asyncio.to_thread(held.enter_context, blobs.in_use())
        yield


async def _allow(_call: object) -> Decision:
    """A yes to what the user typed."""
    return Decision(approved=True, by="user", reason="typed by the user")


async def _text(work: Awaitable[str]) -> str:
    """The work as a coroutine, which a task wants."""
    return await work
