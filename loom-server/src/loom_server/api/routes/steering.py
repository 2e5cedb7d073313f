"""What a human says to a task: yes, no, or the answer to a question."""

from fastapi import APIRouter

from loom_core.engine.human.answering import answer_question, decide, read_open_questions
from loom_core.engine.outside.door import refuse_idle_session
from loom_core.engine.outside.pausing import pause_task, take_back_pause
from loom_core.engine.outside.steering import steer_task
from loom_core.engine.owner import is_alive
from loom_core.errors import UsageError
from loom_core.events import ApprovalRequested
from loom_core.store import TaskRecord
from loom_core.types import ApprovalScope, Decision, TaskState
from loom_server.api.errors import ACTS_ON_TASK, NotFound, NotNow
from loom_server.api.models.tasks import (
    Answer,
    Answered,
    Feedback,
    QuestionAnswer,
    TaskPatch,
    TaskView,
)
from loom_server.api.routes.depends import ServiceDep, TaskDep
from loom_server.api.views import requests_of, scopes_of, view_task
from loom_server.service import Service

router = APIRouter(tags=["steering"], responses=ACTS_ON_TASK)

_BY = "the API"


@router.patch("/tasks/{task_id}")
async def patch_task(task: TaskDep, patch: TaskPatch, service: ServiceDep) -> TaskView:
    """Steer, pause or resume a task, whichever process works on it.

    A pause lets what runs now finish, which may take longer than this answer: the task pauses all the same.
    """
    _refuse_if_over(task, _wanted(patch))
    if patch.paused is False:
        _refuse_to_resume(task)
    if patch.steer is not None:
        await steer_task(service.store, task.id, patch.steer, by=_BY)
    if patch.paused is True:
        service.pool.forget(task.id)
        await pause_task(service.store, task.id, by=_BY)
    elif patch.paused is False and not await take_back_pause(service.store, task.id, by=_BY):
        service.pool.start(task.id, obeys_pauses=False)
    return await view_task(service, await service.store.task(task.id))


@router.post("/tasks/{task_id}/feedback")
async def give_feedback(task: TaskDep, feedback: Feedback, service: ServiceDep) -> TaskView:
    """Tell a task something while it is under way: every model is told from its next call on."""
    _refuse_if_over(task, "steered")
    await steer_task(service.store, task.id, feedback.text, by=_BY)
    return await view_task(service, await service.store.task(task.id))


@router.post("/tasks/{task_id}/approve")
async def approve(task: TaskDep, answer: Answer, service: ServiceDep) -> Answered:
    """Say yes or no to what a task waits for; it goes on by itself."""
    _refuse_if_over(task, "answered")
    approvals = {one.id: one for one in await service.store.approvals(task.id)}
    approval = approvals.get(answer.approval_id)
    if approval is None:
        raise NotFound(f"task {task.id} has asked for no approval {answer.approval_id!r}")
    if approval.decision is not None:
        raise NotNow(f"{approval.id} was answered already by {approval.decided_by}")
    requests = requests_of(await service.store.stream.of_types(task.id, ApprovalRequested))
    request = requests.get(approval.id)
    scope = ApprovalScope(answer.scope)
    if scope not in scopes_of(request):
        offered = ", ".join(scopes_of(request))
        raise UsageError(f"scope {scope.value!r} is not offered here; take one of: {offered}")
    decision = Decision(approved=answer.approved, reason=answer.reason, by=_BY, scope=scope)
    await decide(service.store, approval, decision)
    await _go_on(service, task)
    said = "approved" if answer.approved else "denied"
    return Answered(task_id=task.id, id=approval.id, answer=said)


@router.post("/tasks/{task_id}/answer")
async def answer(task: TaskDep, said: QuestionAnswer, service: ServiceDep) -> Answered:
    """Answer what a model asks; the task goes on by itself."""
    _refuse_if_over(task, "answered")
    asked = (await read_open_questions(service.store, task.id)).get(said.question_id)
    if asked is None:
        raise NotFound(f"task {task.id} has no open question {said.question_id!r}")
    taken = await answer_question(service.store, asked, said.answer, by=_BY)
    await _go_on(service, task)
    return Answered(task_id=task.id, id=said.question_id, answer=taken)


def _refuse_to_resume(task: TaskRecord) -> None:
    """Raise for a task that does not go on by being run.

    Raises:
        NotNow: it waits for an answer.
        UsageError: it is a session between two turns.
    """
    if task.state is TaskState.WAITING_APPROVAL:
        raise NotNow(f"task {task.id} waits for an answer, which lets it go on: {task.reason}")
    if not (task.owner and is_alive(task.owner)):
        refuse_idle_session(task)


async def _go_on(service: Service, task: TaskRecord) -> None:
    """Run the task again if nobody works on it any more, or once its run here has stopped.

    The pool is asked first: the claim of a run that ends just now would be read as somebody's.
    """
    if task.id in service.pool.running or not (await service.store.task(task.id)).owner:
        service.pool.start(task.id)


def _wanted(patch: TaskPatch) -> str:
    """What is to be done with a task, as a task that has ended cannot be."""
    if patch.paused is None:
        return "steered"
    return "paused" if patch.paused else "resumed"


def _refuse_if_over(task: TaskRecord, wanted: str) -> None:
    """Raise ``NotNow`` for a task that has ended."""
    if task.state.is_terminal:
        raise NotNow(f"task {task.id} is {task.state.value} and cannot be {wanted}")
