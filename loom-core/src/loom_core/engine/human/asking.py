"""Asking a human: whether a gated call may run, and what a model wants to know."""

import hashlib
import logging
from collections.abc import Awaitable, Callable

from loom_core.contracts.context import PendingCall
from loom_core.engine.human.answers import Answers
from loom_core.engine.human.grants import HARNESS, Grants
from loom_core.engine.human.waiting import Ask, Waiting
from loom_core.engine.journal import StepJournal
from loom_core.events import ApprovalDecided, ApprovalRequested, QuestionAnswered, QuestionAsked
from loom_core.types import ApprovalScope, Decision, Question

_log = logging.getLogger(__name__)

AskHuman = Callable[[PendingCall], Awaitable[Decision | None]]
"""Shows a human a call and gives the answer; None leaves the request open, to be answered elsewhere."""
AskQuestion = Callable[[Question], Awaitable[str]]
"""Shows a human a question and gives the answer; empty when they went away without one."""

TERMINAL = "terminal"
_CHANGED = "what it works on has changed since it was asked"


class Human:
    """How the subtasks of one run reach a human; every answer is journalled with what was shown."""

    def __init__(
        self,
        waiting: Waiting,
        grants: Grants,
        answers: Answers,
        ask_approval: AskHuman | None,
        ask_question: AskQuestion | None,
        *,
        is_denied_unattended: bool,
    ) -> None:
        """Ask through these; None when nobody is there, which leaves it open in the journal.

        ``is_denied_unattended`` denies a call at once then, and questions stay open.
        """
        self._waiting = waiting
        self._grants = grants
        self._answers = answers
        self._ask_approval = ask_approval
        self._ask_question = ask_question
        self._is_denied_unattended = is_denied_unattended

    async def approve(
        self, call: PendingCall, journal: StepJournal, *, step: int, may_wait: bool = True
    ) -> Decision:
        """The human's decision. Raises ``WaitsForHuman`` when the subtask has to stop for it.

        An answer that was given while nobody ran the task, or before a crash, is taken as it was,
        if it was given to a call with the same hash; so is a standing one of the same task. Where
        nobody is there and nothing ``may_wait``, it is a no.
        """
        request = _request(call, journal, step)
        standing = journal.decision(request) or self._grants.answer(call)
        if isinstance(standing, ApprovalDecided):
            return _decision_of(standing)
        if standing is not None:
            return standing
        absent = None if may_wait and not self._is_denied_unattended else _nobody(call)
        ask = _asking(self._ask_approval, call, request, absent) if self._ask_approval else None
        if ask is None and absent is not None:
            return absent
        async with self._waiting.begin(
            request.approval_id,
            journal.subtask_id,
            what=f"{call.tool} needs an approval ({call.reason or 'of every change'})",
            is_attended=ask is not None,
        ) as wait:
            await self.withdraw(journal, step=step, but=request.approval_id)
            if not journal.has_requested(request):
                await journal.commit(request)
            answer = await self._waiting.first_answer(wait, ask)
            if not isinstance(answer, ApprovalDecided):
                answer = _decided(request, Decision(approved=False, reason="no answer", by=HARNESS))
            await journal.commit(answer)
        self._grants.note(request, answer)
        return _decision_of(answer)

    async def withdraw(self, journal: StepJournal, *, step: int, but: str = "") -> None:
        """End what an earlier run asked at a step and what will not run so any more."""
        for request in journal.open_requests(_step_id(journal, step)):
            if request.approval_id != but:
                no = Decision(approved=False, reason=_CHANGED, by=HARNESS)
                await journal.commit(_decided(request, no))

    async def record(
        self, call: PendingCall, decision: Decision, journal: StepJournal, *, step: int
    ) -> None:
        """Journal what a plugin decided for more than one call, so that it stands."""
        request = _request(call, journal, step)
        if journal.decision(request) is None:
            answer = _decided(request, decision)
            await journal.commit(request, answer)
            self._grants.note(request, answer)

    async def answer(self, question: Question, journal: StepJournal, *, step: int) -> str:
        """The human's answer, never empty. Raises ``WaitsForHuman`` when the subtask has to stop.

        A question that nobody answers stays in the journal. What the subtask was told before, in
        this attempt or an earlier one, is not asked again.
        """
        asked = _asked(question, journal, step)
        recorded = journal.answer(asked.question_id)
        if recorded is not None:
            return recorded.answer
        known = self._answers.to(journal.subtask_id, question)
        if known is not None:
            return known
        ask = _asking_question(self._ask_question, question, asked) if self._ask_question else None
        async with self._waiting.begin(
            asked.question_id,
            journal.subtask_id,
            what=f"asks: {question.text}",
            is_attended=ask is not None,
        ) as wait:
            if not journal.has_asked(asked):
                await journal.commit(asked)
            answer = await self._waiting.first_answer(wait, ask)
            await journal.commit(answer)
        if isinstance(answer, QuestionAnswered):
            self._answers.note(journal.subtask_id, asked, answer)
        return answer.answer if isinstance(answer, QuestionAnswered) else ""


def _step_id(journal: StepJournal, step: int) -> str:
    """How the ids of all that one step asks begin."""
    return f"{journal.subtask_id}-{journal.attempt}-{step}-"


def _request(call: PendingCall, journal: StepJournal, step: int) -> ApprovalRequested:
    """What is asked; the id holds the step and the call's hash, so that it serves no other one."""
    return ApprovalRequested(
        approval_id=f"{_step_id(journal, step)}{call.digest[:8]}",
        what=call.intent.preview,
        reason=call.reason,
        tool=call.tool,
        target=call.intent.target,
        digest=call.digest,
    )


def _asking(
    ask: AskHuman, call: PendingCall, request: ApprovalRequested, absent: Decision | None
) -> Ask[ApprovalDecided]:
    """Asks somebody who is there; whatever breaks is a no, and ``absent`` holds once they went."""

    async def asking() -> ApprovalDecided | None:
        try:
            decision = await ask(call) or absent
        except Exception as error:  # noqa: BLE001 - fail closed: whatever breaks is a no
            _log.warning("asking for approval failed", exc_info=True)
            decision = Decision(approved=False, reason=f"asking failed: {error}", by=HARNESS)
        return None if decision is None else _decided(request, decision)

    return asking


def _asking_question(
    ask: AskQuestion, question: Question, asked: QuestionAsked
) -> Ask[QuestionAnswered]:
    """Asks somebody who is there; whatever breaks is no answer."""

    async def asking() -> QuestionAnswered | None:
        try:
            answer = question.answer_of(await ask(question))
        except Exception:  # noqa: BLE001 - the question stays open, and another way may answer it
            _log.warning("asking a question failed", exc_info=True)
            return None
        if not answer:
            return None
        return QuestionAnswered(question_id=asked.question_id, answer=answer, by=TERMINAL)

    return asking


def _asked(question: Question, journal: StepJournal, step: int) -> QuestionAsked:
    """What is asked, with an id that only this question of this step has."""
    said = "\0".join((question.text, *question.options))
    digest = hashlib.sha256(said.encode()).hexdigest()
    return QuestionAsked(
        question_id=f"{_step_id(journal, step)}{digest[:8]}",
        question=question.text,
        options=question.options,
    )


def _decided(request: ApprovalRequested, decision: Decision) -> ApprovalDecided:
    """A decision as the journal has it; a yes covers a target only where there is one."""
    is_wide = decision.approved and (
        decision.scope is not ApprovalScope.TARGET or bool(request.target)
    )
    return ApprovalDecided(
        approval_id=request.approval_id,
        approved=decision.approved,
        by=decision.by,
        reason=decision.reason,
        scope=decision.scope if is_wide else ApprovalScope.ONCE,
    )


def _decision_of(decided: ApprovalDecided) -> Decision:
    """A journalled decision as the engine has it."""
    return Decision(
        approved=decided.approved, reason=decided.reason, by=decided.by, scope=decided.scope
    )


def _nobody(call: PendingCall) -> Decision:
    """The decision when nobody is there and it may not wait."""
    why = call.reason or "it needs an approval"
    return Decision(approved=False, reason=f"{why}, and nobody is there to approve it", by=HARNESS)
