"""The built-in verification: tiers in order, worst wins, fail closed."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.contracts.context import ModelFacts
from loom_core.contracts.verifier import Abstention, Verifier
from loom_core.errors import ModelUnreachable
from loom_core.settings.shape import Settings, VerificationSettings
from loom_core.types import (
    Evidence,
    FileChange,
    Outcome,
    OutcomeStatus,
    Subtask,
    Task,
    Verdict,
    VerdictStatus,
)
from loom_core.verification import TieredVerification, due_tiers, unverified, worst

PASSED, FAILED, UNVERIFIED = (
    VerdictStatus.PASSED,
    VerdictStatus.FAILED,
    VerdictStatus.UNVERIFIED,
)
DONE = Outcome(status=OutcomeStatus.COMPLETED, summary="all done, trust me")


def verdict(status, *, name="fake", tier=1, confidence=1.0, feedback=""):
    evidence = Evidence(check=f"{name} looked", status=status, detail=feedback)
    return Verdict(
        status=status,
        verifier=name,
        tier=tier,
        confidence=confidence,
        evidence=(evidence,),
        feedback=feedback,
    )


JUDGE = ModelFacts(
    name="large", tier=2, dialect="native", window=8192, enforces_schema=True, may_judge=True
)


class FixedVerifier(Verifier):
    """Answers what it was made with, or raises it, and notes what it was asked."""

    def __init__(self, answer, *, name="fake", tier=1):
        self.answer = answer
        self.name = name
        self.tier = tier
        self.asked = []

    async def verify(self, subtask, outcome, context):
        self.asked.append((subtask, outcome, context))
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


class FakeContext:
    """As much of a context as verification uses."""

    def __init__(self, **verification):
        self.settings = Settings(verification=VerificationSettings(**verification))
        self.task = Task(id="t1", goal="make it", workspace="/nowhere")
        self.workspace = SimpleNamespace(root=Path("/nowhere"))
        self.checks = {"file_exists": object()}
        self.changes = (FileChange(path="a.txt", kind="created"),)
        self.asked_models = []

        self.reading_tools = {}
        self.model = self.gone = None
        self.verdicts = ()

    async def ask_model(self, role, messages, *, answer_schema=None, variation=0, **_limits):
        self.asked_models.append((role, messages, answer_schema, variation))
        return "the model's answer"

    async def judge(self):
        if self.gone is not None:
            raise self.gone
        return self.model


async def verify(*verifiers, tier=1, outcome=DONE, context=None):
    hook = TieredVerification(lambda: verifiers, SimpleNamespace(is_confining=False))
    subtask = Subtask(id="one", description="make it", verification_tier=tier)
    return await hook.loom_verify(subtask, outcome, context or FakeContext())


async def test_a_passing_verifier_passes_and_its_evidence_is_kept():
    result = await verify(FixedVerifier(verdict(PASSED, confidence=0.75)))

    assert result.status is PASSED
    assert result.verifier == "fake"
    assert result.confidence == 0.75
    assert [evidence.check for evidence in result.evidence] == ["fake looked"]
    assert result.tier_confidence == {1: 0.75}


async def test_without_any_verifier_it_is_unverified():
    result = await verify()

    assert result.status is UNVERIFIED
    assert "no installed verifier" in result.feedback
    assert result.evidence


async def test_a_verifier_that_raises_is_unverified_and_named():
    result = await verify(FixedVerifier(RuntimeError("disk on fire"), name="broken"))

    assert result.status is UNVERIFIED
    assert result.verifier == "broken"
    assert "RuntimeError: disk on fire" in result.feedback


async def test_a_loader_that_raises_is_unverified():
    def load():
        raise ImportError("no module named nowhere")

    hook = TieredVerification(load, SimpleNamespace())

    result = await hook.loom_verify(Subtask(id="one", description="x"), DONE, FakeContext())

    assert result.status is UNVERIFIED
    assert "no module named nowhere" in result.feedback


async def test_cancellation_passes_through():
    with pytest.raises(asyncio.CancelledError):
        await verify(FixedVerifier(asyncio.CancelledError()))


@pytest.mark.parametrize(
    "garble",
    [
        True,
        "passed",
        {"status": "passed"},
        Verdict(status=PASSED, verifier="fake", confidence=1.0),
        Verdict(status=PASSED, verifier="fake", evidence=(Evidence(check="c", status=UNVERIFIED),)),
        Verdict(
            status=PASSED,
            verifier="fake",
            evidence=(Evidence(check="a", status=PASSED), Evidence(check="b", status=FAILED)),
        ),
    ],
)
async def test_a_garbled_verdict_is_unverified(garble):
    result = await verify(FixedVerifier(garble))

    assert result.status is UNVERIFIED
    assert "makes no sense" in result.feedback


@pytest.mark.parametrize(
    "status", [status for status in OutcomeStatus if status is not OutcomeStatus.COMPLETED]
)
async def test_an_attempt_that_does_not_claim_to_be_done_cannot_pass(status):
    verifier = FixedVerifier(verdict(PASSED))

    result = await verify(verifier, outcome=Outcome(status=status, reason="no more calls"))

    assert result.status is UNVERIFIED
    assert verifier.asked == []


async def test_a_tier_runs_only_when_the_one_before_passed():
    first = FixedVerifier(verdict(FAILED, feedback="hello.py is missing"))
    second = FixedVerifier(verdict(PASSED), name="review", tier=2)

    result = await verify(first, second, tier=2)

    assert result.status is FAILED
    assert result.feedback == "hello.py is missing"
    assert second.asked == []


async def test_tiers_run_in_order_up_to_the_subtasks():
    first = FixedVerifier(verdict(PASSED, confidence=1.0), name="checks")
    second = FixedVerifier(verdict(PASSED, confidence=0.6), name="review", tier=2)
    third = FixedVerifier(verdict(PASSED), name="vote", tier=3)

    result = await verify(third, second, first, tier=2, context=FakeContext(tier3_enabled=True))

    assert result.status is PASSED
    assert result.verifier == "checks, review"
    assert result.tier == 2
    assert result.tier_confidence == {1: 1.0, 2: 0.6}
    assert third.asked == []


async def test_a_tier_asked_for_that_nobody_provides_is_unverified():
    result = await verify(FixedVerifier(verdict(PASSED)), tier=2)

    assert result.status is UNVERIFIED
    assert result.tier == 2
    assert "verification.tier2_enabled = false" in result.feedback


async def test_a_tier_that_is_switched_off_is_not_asked_for():
    result = await verify(
        FixedVerifier(verdict(PASSED)), tier=2, context=FakeContext(tier2_enabled=False)
    )

    assert result.status is PASSED


async def test_with_every_tier_switched_off_it_is_unverified():
    verifier = FixedVerifier(verdict(PASSED))

    result = await verify(verifier, context=FakeContext(tier1_enabled=False))

    assert result.status is UNVERIFIED
    assert verifier.asked == []


async def test_the_worst_of_one_tiers_verifiers_wins():
    fine = FixedVerifier(verdict(PASSED), name="fine")
    sceptic = FixedVerifier(verdict(FAILED, feedback="no tests"), name="sceptic")

    result = await verify(fine, sceptic)

    assert result.status is FAILED
    assert result.verifier == "sceptic"
    assert len(result.evidence) == 2


async def test_a_verifier_that_has_nothing_to_say_leaves_it_to_the_others():
    result = await verify(FixedVerifier(None), FixedVerifier(verdict(PASSED)))

    assert result.status is PASSED


async def test_a_tier_of_which_nobody_says_anything_is_unverified():
    result = await verify(FixedVerifier(verdict(PASSED)), FixedVerifier(None, tier=2), tier=2)

    assert result.status is UNVERIFIED
    assert "nothing to say" in result.feedback


async def test_a_tier_that_abstains_leaves_it_to_the_tier_before_and_that_is_noted():
    abstaining = FixedVerifier(Abstention("no model reviewed it"), name="review", tier=2)

    result = await verify(FixedVerifier(verdict(PASSED)), abstaining, tier=2)

    assert (result.status, result.verifier, result.tier) == (PASSED, "fake", 1)
    assert result.notes == ("no model reviewed it",)
    assert result.tier_confidence == {1: 1.0}


async def test_an_abstention_with_no_tier_before_it_is_unverified():
    abstaining = FixedVerifier(Abstention("no model reviewed it"), tier=2)

    result = await verify(abstaining, tier=2, context=FakeContext(tier1_enabled=False))

    assert result.status is UNVERIFIED
    assert "no model reviewed it" in result.feedback


async def test_verifiers_are_told_why_no_model_may_judge():
    second = FixedVerifier(verdict(PASSED), tier=2)

    await verify(FixedVerifier(verdict(PASSED)), second, tier=2)

    judging = second.asked[0][2].judging
    assert judging.judge is None
    assert "only models of tier 1" in judging.reason


async def test_a_judge_that_is_gone_is_unverified():
    context = FakeContext()
    context.gone = ModelUnreachable("nothing answers")

    result = await verify(
        FixedVerifier(verdict(PASSED)),
        FixedVerifier(verdict(PASSED), tier=2),
        tier=2,
        context=context,
    )

    assert result.status is UNVERIFIED
    assert "nothing answers" in result.feedback


async def test_a_later_tier_sees_the_evidence_of_the_ones_before():
    second = FixedVerifier(verdict(PASSED), tier=2)

    await verify(FixedVerifier(verdict(PASSED)), second, tier=2)

    assert [one.check for one in second.asked[0][2].seen] == ["fake looked"]


@pytest.mark.parametrize(
    ("may_judge", "tier", "left"), [(True, 2, True), (True, 1, False), (False, 2, False)]
)
async def test_criteria_are_left_to_a_reviewer_only_where_one_judges(may_judge, tier, left):
    first, second = FixedVerifier(verdict(PASSED)), FixedVerifier(verdict(PASSED), tier=2)
    second.judges_criteria = True
    context = FakeContext()
    context.model = JUDGE if may_judge else None

    await verify(first, second, tier=tier, context=context)

    assert first.asked[0][2].leaves_criteria is left


async def test_a_verifier_cannot_speak_under_another_name_or_tier():
    impostor = verdict(PASSED, name="somebody-else", tier=3)

    result = await verify(FixedVerifier(impostor, name="me"))

    assert (result.verifier, result.tier) == ("me", 1)


async def test_verifiers_see_the_subtasks_changes_checks_and_a_model():
    verifier = FixedVerifier(verdict(PASSED))
    context = FakeContext()

    await verify(verifier, context=context)
    _, _, seen = verifier.asked[0]
    answer = await seen.ask_model("verifier", ("a message",), {"type": "object"})

    assert seen.look.changes == context.changes
    assert seen.look.workspace is context.workspace
    assert seen.checks == context.checks
    assert answer == "the model's answer"
    assert context.asked_models == [("verifier", ("a message",), {"type": "object"}, 0)]


async def test_verifiers_are_loaded_once():
    loads = []

    def load():
        loads.append(1)
        return [FixedVerifier(verdict(PASSED))]

    hook = TieredVerification(load, SimpleNamespace())
    for _ in range(2):
        await hook.loom_verify(Subtask(id="one", description="x"), DONE, FakeContext())

    assert loads == [1]


def test_due_tiers_are_the_subtasks_without_the_switched_off():
    assert due_tiers(1, VerificationSettings()) == [1]
    assert due_tiers(3, VerificationSettings()) == [1, 2]
    assert due_tiers(3, VerificationSettings(tier1_enabled=False, tier3_enabled=True)) == [2, 3]


def test_no_verdict_at_all_is_unverified():
    assert worst([]).status is UNVERIFIED


def test_failed_beats_unverified_beats_passed():
    passed, failed, open_ = verdict(PASSED), verdict(FAILED, feedback="x"), unverified("no idea")

    assert worst([passed, open_]).status is UNVERIFIED
    assert worst([open_, failed, passed]).status is FAILED
    assert worst([open_, failed]).feedback == "no idea\nx"


verdicts = st.builds(
    verdict,
    st.sampled_from(VerdictStatus),
    name=st.sampled_from(["a", "b"]),
    tier=st.integers(1, 3),
    confidence=st.floats(0, 1),
    feedback=st.sampled_from(["", "try harder"]),
)


@given(st.lists(verdicts, min_size=1, max_size=5), st.lists(verdicts, min_size=1, max_size=5))
def test_merging_in_two_steps_gives_the_same_status_and_confidence(some, others):
    at_once, in_steps = worst([*some, *others]), worst([worst(some), worst(others)])

    assert at_once.status is in_steps.status
    assert at_once.confidence == in_steps.confidence
    assert at_once.tier_confidence == in_steps.tier_confidence
    assert at_once.evidence == in_steps.evidence
    assert (at_once.status is PASSED) == all(one.status is PASSED for one in [*some, *others])


def test_a_merged_verdict_survives_json():
    merged = worst([verdict(PASSED, confidence=0.5), verdict(PASSED, tier=2, name="review")])

    assert Verdict.model_validate_json(merged.model_dump_json()) == merged
