"""A task as its events tell it so far: the one source of live view, report and status."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from loom_core import events as e
from loom_core.cli.progress.clock import WorkClock
from loom_core.cli.progress.mended_answers import MendedAnswers
from loom_core.cli.progress.subtask_progress import FailedAttempt, SubtaskProgress
from loom_core.events import Event, EventBody
from loom_core.store.transitions import (
    SUBTASK_STATES,
    TASK_STATES,
    after_answer,
    after_replanning,
)
from loom_core.types import ModelRole, Plan, Subtask, SubtaskState, TaskKind, TaskState, Usage


@dataclass(frozen=True, slots=True)
class ModelWait:
    """A call of a model that is under way."""

    model: str
    since: datetime


_NO_WORK = (e.UndoStarted, e.ChangesUndone, e.ChangesRedone)
"""Events that nobody works on the task for."""


class TaskProgress:
    """Folds events, in order, into what a person wants to know; never reads anything else."""

    def __init__(self, task_id: str) -> None:
        self.task_id = task_id
        self.server = ""
        """Where it was looked at, as ``--server`` names it; empty where no server was named."""
        self.goal = ""
        self.workspace = ""
        self.state = TaskState.PENDING
        self.reason = ""
        """Why the task is paused, waits or failed."""
        self.advice = ""
        self.summary = ""
        self.confidence: float | None = None
        """0 to 1, only of a completed task."""
        self.plan_version = 0
        self.is_degraded = False
        self.subtasks: dict[str, SubtaskProgress] = {}
        self.approvals: dict[str, str] = {}
        """What nobody has answered yet, by approval id."""
        self.questions: dict[str, e.QuestionAsked] = {}
        """What nobody has answered yet, by question id."""
        self.model_waits: dict[str, ModelWait] = {}
        """Calls of models that are under way, by subtask; planning has the empty id."""
        self.stand_ins: dict[tuple[str, str], str] = {}
        """Which model stood in for which, with the reason."""
        self.mended_answers = MendedAnswers()
        """Whose answers were not in the agreed form."""
        self.compactions = 0
        """How often a conversation was made shorter."""
        self.usage = Usage()
        self.decode_seconds = 0.0
        """Time between first and last token, summed over all calls."""
        self.clock = WorkClock()
        self.is_session = False
        """Whether it is a conversation in turns, which has no plan and no end of its own."""
        self.is_undo_open = False
        """Whether an undo was begun and its end is not recorded."""
        self.undos: set[int] = set()
        """Sequences of the undos that stand."""

    def apply(self, event: Event) -> None:
        """Take in the next event."""
        self.state = TASK_STATES.get(type(event.body), self.state)
        if (take := self._TAKES.get(type(event.body))) is not None:
            take(self, event, event.body)
        subtask = self.subtasks.get(event.subtask_id)
        if subtask is not None:
            _apply_to_subtask(subtask, event)
            _note_attempt(subtask, event)
        if not isinstance(event.body, _NO_WORK):
            self.clock.tick(event.at)

    @property
    def finished_count(self) -> int:
        """How many subtasks are completed."""
        return sum(s.state is SubtaskState.COMPLETED for s in self.subtasks.values())

    @property
    def tokens_per_second(self) -> float:
        """Answer tokens a second while the models wrote; 0 when nothing is known."""
        if self.decode_seconds <= 0:
            return 0.0
        return self.usage.completion_tokens / self.decode_seconds

    def _create(self, _event: Event, body: e.TaskCreated) -> None:
        self.goal, self.workspace = body.goal, body.workspace
        self.is_session = body.kind is TaskKind.SESSION

    def _claim(self, event: Event, _body: EventBody) -> None:
        self.clock.start(event.at)
        self.reason = ""
        self.model_waits.clear()  # an engine that crashed left its calls without an end

    def _take_plan(self, _event: Event, body: e.PlanCreated | e.PlanReplaced) -> None:
        self._set_plan(body.plan)

    def _set_plan(self, plan: Plan) -> None:
        self.plan_version, self.is_degraded = plan.version, plan.degraded
        before = self.subtasks
        self.subtasks = {s.id: before.get(s.id) or SubtaskProgress(s) for s in plan.subtasks}
        for progress in self.subtasks.values():
            progress.state = after_replanning(progress.state, is_planned=True)

    def _start_turn(self, event: Event, body: e.TurnStarted) -> None:
        self.clock.start(event.at)
        turn = Subtask(id=event.subtask_id, description=body.text or "(empty)")
        self.subtasks[turn.id] = SubtaskProgress(turn)

    def _end_turn(self, event: Event, _body: EventBody) -> None:
        self.clock.stop(event.at)

    def _wait_for_model(self, event: Event, body: e.ModelCallStarted) -> None:
        self.model_waits[event.subtask_id] = ModelWait(body.model, event.at)

    def _end_wait(self, event: Event, _body: e.ModelCallFailed) -> None:
        self.model_waits.pop(event.subtask_id, None)

    def _count_call(self, event: Event, body: e.ModelCallFinished) -> None:
        self.model_waits.pop(event.subtask_id, None)
        timings = body.response.timings
        self.mended_answers.answered(event.subtask_id, body.model)
        self.usage += body.response.usage
        self.decode_seconds += max(0.0, timings.total_seconds - timings.first_token_seconds)

    def _count_repair(self, event: Event, _body: e.ReplyRepaired) -> None:
        self.mended_answers.mended(event.subtask_id)

    def _fail_over(self, _event: Event, body: e.ModelFailedOver) -> None:
        self.stand_ins[body.model, body.instead_of] = body.reason

    def _compact(self, _event: Event, _body: e.ConversationCompacted) -> None:
        self.compactions += 1

    def _request_approval(self, _event: Event, body: e.ApprovalRequested) -> None:
        self.approvals[body.approval_id] = f"{body.what} ({body.reason})"

    def _park(self, event: Event, body: e.SubtaskParked) -> None:
        wanted = "try" if body.renews else "accept"
        self.approvals[body.approval_id] = f"{wanted} {event.subtask_id}: {body.reason}"

    def _decide_approval(self, _event: Event, body: e.ApprovalDecided) -> None:
        self.approvals.pop(body.approval_id, None)

    def _ask(self, _event: Event, body: e.QuestionAsked) -> None:
        self.questions[body.question_id] = body

    def _answer(self, _event: Event, body: e.QuestionAnswered) -> None:
        self.questions.pop(body.question_id, None)

    def _begin_undo(self, _event: Event, _body: EventBody) -> None:
        self.is_undo_open = True

    def _undo(self, event: Event, _body: EventBody) -> None:
        self.is_undo_open = False
        self.undos.add(event.sequence)

    def _redo(self, _event: Event, body: e.ChangesRedone) -> None:
        self.is_undo_open = False
        self.undos.discard(body.redoes)

    def _stop(self, event: Event, body: e.TaskWaiting | e.TaskPaused) -> None:
        self.clock.stop(event.at)
        self.reason = body.reason

    def _complete(self, event: Event, body: e.TaskCompleted) -> None:
        self.clock.stop(event.at)
        self.summary, self.confidence = body.summary, body.confidence

    def _fail(self, event: Event, body: e.TaskFailed) -> None:
        self._end(event, body.reason)
        self.advice = body.advice

    def _cancel(self, event: Event, body: e.TaskCancelled) -> None:
        self._end(event, f"cancelled by {body.by}")

    def _end(self, event: Event, reason: str) -> None:
        self.clock.stop(event.at)
        self.reason = reason
        for subtask in self.subtasks.values():
            if not subtask.state.is_finished:
                subtask.state = SubtaskState.SKIPPED

    _TAKES: ClassVar[dict[type[EventBody], Callable[..., None]]] = {
        e.TaskCreated: _create,
        e.TaskClaimed: _claim,
        e.TurnStarted: _start_turn,
        e.TurnAnswered: _end_turn,
        e.TurnInterrupted: _end_turn,
        e.TurnFailed: _end_turn,
        e.PlanCreated: _take_plan,
        e.PlanReplaced: _take_plan,
        e.ModelCallStarted: _wait_for_model,
        e.ModelCallFailed: _end_wait,
        e.ModelCallFinished: _count_call,
        e.ReplyRepaired: _count_repair,
        e.ModelFailedOver: _fail_over,
        e.ConversationCompacted: _compact,
        e.ApprovalRequested: _request_approval,
        e.ApprovalDecided: _decide_approval,
        e.SubtaskParked: _park,
        e.QuestionAsked: _ask,
        e.QuestionAnswered: _answer,
        e.UndoStarted: _begin_undo,
        e.ChangesUndone: _undo,
        e.ChangesRedone: _redo,
        e.TaskWaiting: _stop,
        e.TaskPaused: _stop,
        e.TaskCompleted: _complete,
        e.TaskFailed: _fail,
        e.TaskCancelled: _cancel,
    }


def _note_attempt(progress: SubtaskProgress, event: Event) -> None:
    """Keep which model works on an attempt, and how it failed."""
    match event.body:
        case e.SubtaskStarted():
            progress.model = ""
        case e.ModelCallFinished(model=model, role=ModelRole.EXECUTOR):
            progress.model = model
        case e.AttemptFailed(reason=reason, next_step=next_step):
            failed = FailedAttempt(event.attempt, progress.model, reason, next_step)
            progress.failures.append(failed)
        case e.SamplesCompared():
            progress.samples.append(event.body)
        case _:
            pass


def _apply_to_subtask(progress: SubtaskProgress, event: Event) -> None:
    progress.state = SUBTASK_STATES.get(type(event.body), progress.state)
    progress.attempt = max(progress.attempt, event.attempt)
    match event.body:
        case e.ApprovalRequested() | e.QuestionAsked():
            progress.is_parked = False
        case e.ApprovalDecided() | e.QuestionAnswered():
            progress.state = after_answer(progress.state, is_parking=progress.is_parked)
        case e.ToolCallStarted(tool=tool):
            progress.doing = tool
        case e.ToolCallFinished() | e.ToolCallDenied() | e.SubtaskStarted():
            progress.doing = ""
        case e.VerdictReached(verdict=verdict):
            progress.verdict, progress.evidence = verdict, verdict.evidence or progress.evidence
        case e.ChecksRun(evidence=evidence):
            progress.evidence = evidence
        case e.SubtaskParked(reason=reason):
            progress.is_parked, progress.reason = True, reason
        case e.SubtaskCompleted(summary=summary) | e.TurnAnswered(text=summary):
            progress.summary, progress.reason = summary, ""
        case (
            e.AttemptFailed(reason=reason)
            | e.SubtaskFailed(reason=reason)
            | e.SubtaskBlocked(reason=reason)
            | e.SubtaskStalled(reason=reason)
            | e.SubtaskSkipped(reason=reason)
            | e.TurnInterrupted(reason=reason)
            | e.TurnFailed(reason=reason)
        ):
            progress.reason = reason
        case _:
            pass
