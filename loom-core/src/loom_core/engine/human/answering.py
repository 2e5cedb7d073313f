"""Answering from outside what a task waits for: another process, a server, a dashboard.

Where no engine holds the task, the answer goes into the journal, and the next run finds it. Where
one does, it is handed to it, and this returns once the journal has it.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import cast

from pydantic import JsonValue, ValidationError

from loom_core.engine.human.waiting import Answer
from loom_core.engine.owner import is_alive, new_owner
from loom_core.errors import AlreadyAnswered, StoreBusy, TaskIsOver, UsageError
from loom_core.events import ApprovalDecided, Event, QuestionAnswered, QuestionAsked
from loom_core.store import ApprovalRecord, Entry, Store
from loom_core.types import Decision, Question

ANSWER = "answer"
"""The command that brings an answer to the engine which holds a task."""
PATIENCE_SECONDS = 10.0
"""How long an engine has to take an answer; it looks several times a second."""
_LEASE_SECONDS = 10.0
_POLL_SECONDS = 0.1


async def read_open_questions(store: Store, task_id: str) -> dict[str, Event]:
    """What ``open_questions`` says of a task, without reading the rest of its events."""
    return open_questions(await store.stream.of_types(task_id, QuestionAsked, QuestionAnswered))


def open_questions(events: Iterable[Event]) -> dict[str, Event]:
    """The ``QuestionAsked`` events of a task that nobody has answered yet, by question id."""
    asked: dict[str, Event] = {}
    for event in events:
        if isinstance(event.body, QuestionAsked):
            asked[event.body.question_id] = event
        elif isinstance(event.body, QuestionAnswered):
            asked.pop(event.body.question_id, None)
    return asked


async def decide(store: Store, approval: ApprovalRecord, decision: Decision) -> None:
    """Answer an approval.

    Raises:
        AlreadyAnswered: somebody else was first.
        StoreBusy: the engine that holds the task did not react.
        TaskIsOver: the task has ended.
    """
    decided = ApprovalDecided(
        approval_id=approval.id,
        approved=decision.approved,
        by=decision.by,
        reason=decision.reason,
        scope=decision.scope,
    )
    await _deliver(store, approval.task_id, approval.subtask_id, decided)


async def answer_question(store: Store, asked: Event, text: str, *, by: str) -> str:
    """Answer a question, and give the answer as it was taken: a number picks an option.

    Raises:
        UsageError: the answer is empty.
        AlreadyAnswered: somebody else was first.
        StoreBusy: the engine that holds the task did not react.
        TaskIsOver: the task has ended.
    """
    question = cast("QuestionAsked", asked.body)
    answer = Question(text=question.question, options=question.options).answer_of(text)
    if not answer:
        raise UsageError(f"the answer is empty; {question.question_id} still waits for one")
    answered = QuestionAnswered(question_id=question.question_id, answer=answer, by=by)
    await _deliver(store, asked.task_id, asked.subtask_id, answered)
    return answer


def as_payload(answer: Answer, subtask_id: str) -> dict[str, JsonValue]:
    """An answer as a command carries it."""
    body = answer.model_dump(mode="json")
    return {"type": type(answer).__name__, "subtask_id": subtask_id, "body": body}


def from_payload(payload: dict[str, JsonValue]) -> tuple[Answer, str] | None:
    """The answer in a command, and the subtask that it is for; None when it is none."""
    kinds: dict[str, type[Answer]] = {
        kind.__name__: kind for kind in (ApprovalDecided, QuestionAnswered)
    }
    kind = kinds.get(str(payload.get("type")))
    if kind is None:
        return None
    try:
        return kind.model_validate(payload.get("body")), str(payload.get("subtask_id", ""))
    except ValidationError:
        return None


async def is_open(store: Store, task_id: str, answer: Answer) -> bool:
    """Whether nobody has answered that yet."""
    if isinstance(answer, ApprovalDecided):
        waiting = [item.id for item in await store.approvals(task_id) if item.decision is None]
        return answer.approval_id in waiting
    return answer.question_id in await read_open_questions(store, task_id)


async def _deliver(store: Store, task_id: str, subtask_id: str, answer: Answer) -> None:
    """Put an answer into the journal, by the engine that holds the task if there is one."""
    try:
        if not await _journal(store, task_id, subtask_id, answer):
            raise AlreadyAnswered(_ANSWERED)
    except StoreBusy:
        await _hand_over(store, task_id, subtask_id, answer)


async def _journal(store: Store, task_id: str, subtask_id: str, answer: Answer) -> bool:
    """Journal an answer where nobody holds the task; False when that was answered already.

    Raises:
        StoreBusy: an engine holds it.
        TaskIsOver: the task has ended.
    """
    try:
        fence = await store.claim(
            task_id, owner=new_owner(), lease_seconds=_LEASE_SECONDS, is_alive=is_alive
        )
    except TaskIsOver:
        state = (await store.task(task_id)).state.value
        raise TaskIsOver(f"task {task_id} is already {state}; there is nothing to answer") from None
    try:
        if not await is_open(store, task_id, answer):
            return False
        await store.append(task_id, [Entry(answer, subtask_id)], fence=fence)
        return True
    finally:
        await store.release(task_id, fence=fence)


_ANSWERED = "somebody else has answered that already"


async def _hand_over(store: Store, task_id: str, subtask_id: str, answer: Answer) -> None:
    """Leave an answer to the engine that holds the task, and wait until it is journalled."""
    last = await store.newest_sequence(task_id)
    await store.request(task_id, ANSWER, as_payload(answer, subtask_id))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await is_open(store, task_id, answer):
                if not (await store.task(task_id)).owner:
                    # It stopped before it looked for answers, and nobody will look before the next run.
                    with suppress(StoreBusy):
                        await _journal(store, task_id, subtask_id, answer)
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError:
        raise StoreBusy(
            f"task {task_id} is being worked on, and the answer was not taken within "
            f"{PATIENCE_SECONDS:.0f} s; it will be, if that engine still lives"
        ) from None
    if answer not in [event.body for event in await store.events(task_id, after=last)]:
        raise AlreadyAnswered(_ANSWERED)
