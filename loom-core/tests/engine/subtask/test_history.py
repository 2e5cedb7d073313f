"""What the journal says of attempts, for a run that goes on."""

from datetime import UTC, datetime
from itertools import count

import pytest

from loom_core import events as e
from loom_core.engine.subtask.history import feedback_of, forgive, histories_of
from loom_core.errors import ErrorCategory
from loom_core.events import Event
from loom_core.types import (
    ChangeKind,
    FailureKind,
    FileChange,
    Outcome,
    OutcomeStatus,
    Plan,
    Verdict,
    VerdictStatus,
)

CHANGE = FileChange(path="a", kind=ChangeKind.CREATED, after="1")
OUTCOME = Outcome(status=OutcomeStatus.COMPLETED, summary="s", changes=(CHANGE,))
STARTED = e.SubtaskStarted(tier=1)
PARKED = e.SubtaskParked(reason="r", approval_id="a-1")


def failed(reason="wrong", kind=FailureKind.CAPABILITY):
    return e.AttemptFailed(
        reason=reason, failure=kind, category=ErrorCategory.TOOL, next_step="retry"
    )


def histories(*bodies, subtask_id="a"):
    """The histories after these events; a body alone belongs to the newest attempt."""
    numbers, attempt, events = count(1), 0, []
    for body in bodies:
        attempt += isinstance(body, e.SubtaskStarted)
        of_task = isinstance(body, e.PlanReplaced)
        events.append(
            Event(
                next(numbers),
                "t",
                datetime.now(UTC),
                body,
                "" if of_task else subtask_id,
                0 if of_task or isinstance(body, e.MemoryExtracted) else attempt,
            )
        )
    return histories_of(events)


def history(*bodies):
    return histories(*bodies)["a"]


def test_events_of_the_task_itself_make_no_history():
    assert histories(e.PlanReplaced(plan=Plan(subtasks=()), reason="r")) == {}


def test_an_attempt_without_an_end_is_unfinished():
    assert history(STARTED).unfinished.number == 1
    assert history(STARTED, e.OutcomeReached(outcome=OUTCOME)).unfinished.outcome == OUTCOME
    assert history(STARTED, failed()).unfinished is None


def test_attempts_are_told_apart():
    verdict = Verdict(status=VerdictStatus.FAILED, verifier="v")
    made = history(
        STARTED, e.VerdictReached(verdict=verdict), failed("one"), STARTED, failed("two")
    )

    assert [item.number for item in made.attempts] == [1, 2]
    assert [item.failure.reason for item in made.attempts] == ["one", "two"]
    assert [item.verdict for item in made.attempts] == [verdict, None]


def test_a_human_s_no_stands_under_every_plan():
    no = e.ApprovalDecided(approval_id=PARKED.approval_id, approved=False, by="a human")
    replaced = e.PlanReplaced(plan=Plan(subtasks=()), reason="r")

    made = history(STARTED, PARKED, no, replaced)

    assert (made.parked, made.answer) == (PARKED, no)


def test_a_new_plan_is_a_new_chance():
    made = history(
        STARTED, failed(), PARKED, e.PlanReplaced(plan=Plan(subtasks=()), reason="r"), STARTED
    )

    assert made.failures == []
    assert made.parked is None
    assert len(made.attempts) == 2


def test_forgiving_keeps_what_was_said():
    made = history(STARTED, failed("crooked"))
    forgive([made])

    assert made.failures == []
    assert feedback_of(made) == ["attempt 1: crooked"]


@pytest.mark.parametrize("approved", [True, False])
def test_an_answer_counts_for_its_own_question_only(approved):
    other = e.ApprovalDecided(approval_id="b-1", approved=not approved, by="x")
    answer = e.ApprovalDecided(approval_id="a-1", approved=approved, by="x")

    assert history(STARTED, PARKED, other).answer is None
    assert history(STARTED, PARKED, answer).answer == answer
    assert history(STARTED, PARKED, answer, PARKED).answer is None


def test_changes_of_failed_attempts_are_known_until_they_are_taken_back():
    reached = e.OutcomeReached(outcome=OUTCOME)
    back = e.AttemptRolledBack(changes=())

    assert history(STARTED, reached).changes == []
    assert history(STARTED, reached, failed()).changes == [CHANGE]
    assert history(STARTED, reached, failed(), back).changes == []
    kept = e.AttemptRolledBack(changes=(), kept=("a",))
    assert history(STARTED, reached, failed(), kept).changes == [CHANGE]


def test_extraction_is_remembered_to_be_done():
    assert not history(STARTED).is_remembered
    assert history(STARTED, e.MemoryExtracted(entries=())).is_remembered


def test_the_feedback_ends_with_the_hint():
    made = history(STARTED, failed("one"), STARTED, failed("two"))

    assert feedback_of(made, ["try harder"]) == ["attempt 1: one", "attempt 2: two", "try harder"]
