"""Spans out of events, those that end badly or not at all among them."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from loom_core import events as e
from loom_core.errors import ErrorCategory
from loom_core.events import Event
from loom_core.types import FailureKind, ModelResponse, ModelRole, ToolResult
from loom_telemetry.encoding import encode
from loom_telemetry.recorder import Recorder
from loom_telemetry.tracing import Tracing

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ASKED = e.ModelCallStarted(step=1, model="m", role=ModelRole.EXECUTOR)


class Told:
    """A recorder that is told events, one second apart."""

    def __init__(self):
        self.exporter = InMemorySpanExporter()
        self.recorder = Recorder(Tracing(self.exporter), shows_content=False)
        self._sequences = count(1)

    def see(self, body, subtask_id="", attempt=0, task_id="t1"):
        sequence = next(self._sequences)
        at = START + timedelta(seconds=sequence)
        self.recorder.see(Event(sequence, task_id, at, body, subtask_id, attempt))

    def spans(self):
        """What was sent, in the order in which it ended."""
        self.recorder.close()
        return self.exporter.get_finished_spans()


@pytest.fixture
def told():
    made = Told()
    made.see(e.TaskClaimed(owner="me"))
    return made


def seconds(span):
    return (span.end_time - span.start_time) / 1e9


def test_an_attempt_that_failed_says_why_and_ends_its_calls(told):
    told.see(e.SubtaskStarted(tier=1), "s1", 1)
    told.see(ASKED, "s1", 1)
    told.see(
        e.AttemptFailed(
            reason="no",
            failure=FailureKind.CAPABILITY,
            category=ErrorCategory.SYNTAX,
            next_step="retry",
        ),
        "s1",
        1,
    )
    told.see(e.SubtaskFailed(reason="no"), "s1", 1)
    told.see(e.TaskFailed(reason="no"))

    call, attempt, task = told.spans()
    assert (call.name, seconds(call)) == ("chat m", 1)
    assert attempt.attributes["error.type"] == "capability"
    assert attempt.attributes["loom.next_step"] == "retry"
    assert not task.status.is_ok
    assert (task.attributes["loom.state"], seconds(task)) == ("failed", 5)


def test_a_call_without_an_answer_has_the_kind_of_its_error(told):
    told.see(ASKED)
    told.see(
        e.ModelCallFailed(
            step=1, model="m", role=ModelRole.EXECUTOR, error="ModelUnreachable", message="at home"
        )
    )
    told.see(e.ToolCallStarted(step=2, call_id="c", tool="shell", arguments={}, recovery="unknown"))
    result = ToolResult(text="no", is_error=True, category=ErrorCategory.PERMISSION)
    told.see(e.ToolCallFinished(step=2, call_id="c", tool="shell", result=result))

    call, tool, _ = told.spans()
    assert call.attributes["error.type"] == "ModelUnreachable"
    assert tool.attributes["error.type"] == "permission"
    assert "at home" not in str(encode([call, tool]))


def test_runs_of_a_task_are_one_trace_and_tasks_are_not(told):
    told.see(e.TaskPaused(reason="later"))
    told.see(e.TaskClaimed(owner="me", is_resumed=True))
    told.see(e.TaskClaimed(owner="me"), task_id="t2")
    told.see(e.TaskCompleted(summary="ok", confidence=1))

    first, second, other = told.spans()
    assert first.attributes["loom.state"] == "paused"
    assert first.context.trace_id == second.context.trace_id != other.context.trace_id
    assert first.context.span_id != second.context.span_id


def test_what_is_open_at_the_end_of_the_process_is_sent(told):
    told.see(e.SubtaskStarted(tier=1), "s1", 1)
    told.see(ASKED, "s1", 1)

    assert [span.name for span in told.spans()] == [
        "chat m",
        "invoke_agent s1",
        "invoke_workflow loom",
    ]


def test_a_task_that_goes_on_after_a_wait_has_a_span_again(told):
    told.see(e.TaskWaiting(reason="ask"))
    told.see(e.ApprovalDecided(approval_id="a", approved=True, by="you"))
    told.see(ASKED, "s1", 1)
    told.see(
        e.ModelCallFinished(
            step=1, model="m", role=ModelRole.EXECUTOR, response=ModelResponse(model="real")
        ),
        "s1",
        1,
    )

    waiting, call, again = told.spans()
    assert (waiting.name, again.name) == ("invoke_workflow loom",) * 2
    assert call.parent.span_id == again.context.span_id
    assert call.attributes["gen_ai.response.model"] == "real"
