"""Tier 2 for what no check can decide: another model looks, and has to show what it saw."""

from loom_core.contracts.verifier import Abstention, VerificationContext, Verifier
from loom_core.types import Evidence, Outcome, Subtask, Verdict, VerdictStatus
from loom_verifiers.review.conclusion import verdict_from
from loom_verifiers.review.prompt import criteria_of
from loom_verifiers.review.reviewing import NoVerdict, Review


class ModelReview(Verifier):
    """Has a model review the changes in a context of its own, where one may judge.

    Whatever goes wrong, an answer that cannot be read or a citation that does not exist, is
    unverified and never a pass.
    """

    name = "review"
    tier = 2
    judges_criteria = True

    async def verify(
        self, subtask: Subtask, outcome: Outcome, context: VerificationContext
    ) -> Verdict | Abstention | None:
        """The verdict of one review; an abstention where no model may judge.

        None of a result that programs work out again, where no criterion is open.
        """
        if is_for_programs(subtask, context):
            return None
        judge = context.judging.judge
        if judge is None:
            return Abstention(f"no model reviewed {subtask.id}: {context.judging.reason}")
        try:
            draft = await Review(subtask, context, judge).hold()
        except NoVerdict as none:
            return no_verdict(judge.name, str(none), name=self.name, tier=self.tier)
        return verdict_from(
            draft, criteria_of(subtask), reviewer=judge.name, name=self.name, tier=self.tier
        )


def is_for_programs(subtask: Subtask, context: VerificationContext) -> bool:
    """Whether other programs verify a result, so that a model's opinion of it is worth less."""
    checks = [context.checks[spec.kind] for spec in subtask.checks if spec.kind in context.checks]
    is_computed = any(check.settles and check.review_tier > 1 for check in checks)
    return is_computed and not subtask.acceptance_criteria


def no_verdict(reviewer: str, reason: str, *, name: str, tier: int) -> Verdict:
    """That a model gave no verdict that counts."""
    feedback = f"{reviewer} gave no verdict that counts: {reason}"
    evidence = Evidence(
        check=f"{reviewer} reviewed", status=VerdictStatus.UNVERIFIED, detail=feedback
    )
    return Verdict(
        status=VerdictStatus.UNVERIFIED,
        verifier=name,
        tier=tier,
        evidence=(evidence,),
        feedback=feedback,
    )
