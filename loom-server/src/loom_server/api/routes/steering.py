"""What a human says to a task: yes, no, or the answer to a question."""

from fastapi import APIRouter

from loom_core.engine.human.answering import answer_question, decide, open_questions
from loom_core.errors import UsageError
from loom_core.store import TaskRecord
from loom_core.types import ApprovalScope, Decision
from loom_server.api.errors import ACTS_ON_TASK, NotFound, NotNow
from loom_server.api.models.tasks import Answer, Answered, QuestionAnswer
from loom_server.api.routes.depends import ServiceDep, TaskDep
from loom_server.api.views import requests_of, scopes_of
from loom_server.service import Service

router = APIRouter(tags=["steering"], responses=ACTS_ON_TASK)

_BY = "the API"


@router.post("/tasks/{task_id}/approve")
async def approve(task: TaskDep, answer: Answer, service: ServiceDep) -> Answered:
    """Say yes or no to what a task waits for; it goes on by itself."""
    _refuse_if_over(task)
    approvals = {one.id: one for one in await service.store.approvals(task.id)}
    approval = approvals.get(answer.approval_id)
    if approval is None:
        raise NotFound(f"task {task.id} has asked for no approval {answer.approval_id!r}")
    if approval.decision is not None:
        raise NotNow(f"{approval.id} was answered already by {approval.decided_by}")
    request = requests_of(await service.store.events(task.id)).get(approval.id)
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
    _refuse_if_over(task)
    asked = open_questions(await service.store.events(task.id)).get(said.question_id)
    if asked is None:
        raise NotFound(f"task {task.id} has no open question {said.question_id!r}")
    taken = await answer_question(service.store, asked, said.answer, by=_BY)
    await _go_on(service, task)
    return Answered(task_id=task.id, id=said.question_id, answer=taken)


async def _go_on(service: Service, task: TaskRecord) -> None:
    """Run the task again if nobody works on it any more."""
    if not (await service.store.task(task.id)).owner:
        service.pool.start(task.id)


def _refuse_if_over(task: TaskRecord) -> None:
    """Raise ``NotNow`` for a task that has ended."""
    if task.state.is_terminal:
        raise NotNow(f"task {task.id} is {task.state.value}; there is nothing to answer")
