"""Tier 3: several reviews that know nothing of each other, of which more than half have to agree."""

from collections import Counter
from collections.abc import Sequence

from loom_core.contracts.context import ModelFacts
from loom_core.contracts.verifier import Abstention, VerificationContext, Verifier
from loom_core.errors import ModelError
from loom_core.types import Evidence, Outcome, Subtask, Verdict, VerdictStatus
from loom_verifiers.review.conclusion import verdict_from
from loom_verifiers.review.odds import vote_by_odds
from loom_verifiers.review.prompt import criteria_of
from loom_verifiers.review.reviewing import NoVerdict, Review
from loom_verifiers.review.verifier import no_verdict


class Vote(Verifier):
    """Has a model review the same changes several times; strictly more than half decide.

    Where the server says how likely each answer was, a few tokens a vote are enough for a clear pass.
    Else the reviews are held. Their requests are the same, so that a server with a prompt cache
    computes them once; the samples differ. A review without a verdict is a vote for neither side.
    """

    name = "vote"
    tier = 3
    judges_criteria = True

    async def verify(
        self, subtask: Subtask, outcome: Outcome, context: VerificationContext
    ) -> Verdict | Abstention:
        """The verdict of the majority; an abstention where no model may judge."""
        judge = context.judging.judge
        if judge is None:
            return Abstention(f"no model voted on {subtask.id}: {context.judging.reason}")
        if sure := await self._sure(subtask, context, judge):
            return sure
        votes: list[Verdict] = []
        for number in range(1, context.judging.votes + 1):
            votes.append(await self._vote(number, subtask, context, judge))
            if _is_decided(votes, of=context.judging.votes):
                break
        return self._result(votes, of=context.judging.votes)

    async def _sure(
        self, subtask: Subtask, context: VerificationContext, judge: ModelFacts
    ) -> Verdict | None:
        """A pass by how likely the judge finds it; None where that is not clear, or not told."""
        try:
            votes = await vote_by_odds(subtask, context, judge)
        except ModelError:
            return None
        if votes is None:
            return None
        return Verdict(
            status=VerdictStatus.PASSED,
            verifier=self.name,
            tier=self.tier,
            confidence=len(votes) / context.judging.votes,
            evidence=tuple(votes),
        )

    async def _vote(
        self, number: int, subtask: Subtask, context: VerificationContext, judge: ModelFacts
    ) -> Verdict:
        """One review; what breaks is a vote for neither side."""
        try:
            draft = await Review(subtask, context, judge, variation=number).hold()
        except (NoVerdict, ModelError) as error:
            return no_verdict(judge.name, str(error), name=self.name, tier=self.tier)
        return verdict_from(
            draft, criteria_of(subtask), reviewer=judge.name, name=self.name, tier=self.tier
        )

    def _result(self, votes: Sequence[Verdict], *, of: int) -> Verdict:
        """What more than half say; unverified when no side has that many."""
        status = _winner(votes, of=of) or VerdictStatus.UNVERIFIED
        agreeing = [vote for vote in votes if vote.status is status]
        counts = Counter(vote.status.value for vote in votes)
        said = ", ".join(f"{count} {name}" for name, count in counts.items())
        summary = Evidence(
            check=f"vote of {of}", status=status, detail=f"{said}; more than {of / 2:g} are needed"
        )
        feedback = "\n".join(dict.fromkeys(vote.feedback for vote in votes if vote.feedback))
        is_passed = status is VerdictStatus.PASSED
        return Verdict(
            status=status,
            verifier=self.name,
            tier=self.tier,
            confidence=sum(vote.confidence for vote in agreeing) / of if is_passed else 0.0,
            evidence=(summary, *(item for vote in agreeing for item in vote.evidence)),
            feedback="" if is_passed else f"{summary.check}: {summary.detail}\n{feedback}".rstrip(),
        )


def _winner(votes: Sequence[Verdict], *, of: int) -> VerdictStatus | None:
    """The status that strictly more than half of all votes have, cast or not; None for none."""
    counts = Counter(vote.status for vote in votes)
    most, count = counts.most_common(1)[0]
    return most if count * 2 > of else None


def _is_decided(votes: Sequence[Verdict], *, of: int) -> bool:
    """Whether the votes that are left can change nothing."""
    if _winner(votes, of=of) is not None:
        return True
    counts = Counter(vote.status for vote in votes)
    left = of - len(votes)
    return all(
        (counts[status] + left) * 2 <= of for status in (VerdictStatus.PASSED, VerdictStatus.FAILED)
    )
