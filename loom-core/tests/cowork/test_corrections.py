"""What counts as a correction in a session."""

import pytest

from loom_core.cowork.corrections import SessionCorrections
from loom_core.cowork.running import BY_USER
from loom_core.events import (
    ApprovalDecided,
    TurnAnswered,
    TurnInterrupted,
    TurnStarted,
    TurnSteered,
)


def said(text):
    return TurnStarted(text=text, sent=text)


def found(*bodies):
    """The corrections in a session with these records."""
    corrections = SessionCorrections()
    for body in bodies:
        corrections.take("turn-1", body)
    return [pattern.text for pattern in corrections.found]


@pytest.mark.parametrize(
    "text",
    [
        "No, use tabs in every file",
        "don't touch the tests",
        "That's not what I asked for: keep the order",
        "I said to use pathlib",
        "always run the tests first",
        "write it with pathlib instead of os.path",
        "From now on answer in one sentence",
    ],
)
def test_what_objects_or_holds_for_good_is_a_correction(text):
    assert found(said(text)) == [text]
    assert found(TurnSteered(text=text)) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "write hello.txt that says hi",
        "Why do you always ask?",
        "no",
        "no thanks",
        "note the date in it",
        "always " + "x" * 300,
    ],
)
def test_jobs_questions_and_pasted_text_are_none(text):
    assert found(said(text), TurnSteered(text=text)) == []


@pytest.mark.parametrize(
    "rejection",
    [
        TurnInterrupted(reason=BY_USER),
        TurnStarted(text="/undo turn-1", sent="I took back", is_note=True),
    ],
    ids=["stopped", "taken back"],
)
def test_what_is_said_after_a_rejection_is_a_correction_once(rejection):
    said_next = (said("write it in capitals"), said("now another file please"))

    assert found(rejection, *said_next) == ["write it in capitals"]


def test_an_interruption_by_a_crash_rejects_nothing():
    crashed = TurnInterrupted(reason="Loom was ended before the turn was")

    assert found(crashed, said("write it in capitals")) == []


def test_the_reason_of_a_no_is_one_and_a_no_without_a_reason_is_none():
    no = ApprovalDecided(approval_id="a", approved=False, by="user", reason="only below src please")

    assert found(no, TurnAnswered(text="ok")) == ["only below src please"]
    assert found(no.model_copy(update={"reason": "the user said no"})) == []
