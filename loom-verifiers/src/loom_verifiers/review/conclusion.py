"""What of a reviewer's verdict counts: only what stands on evidence that exists."""

from collections.abc import Sequence

from loom_core.types import Evidence, Verdict, VerdictStatus
from loom_verifiers.review.citation import Sources
from loom_verifiers.review.draft import CitationDraft, VerdictDraft

SURE_FROM = 0.5
"""Confidence below which a pass is none."""


def problem_with(draft: VerdictDraft, criteria: Sequence[str], sources: Sources) -> str:
    """Why a verdict does not count as it stands, for the model to mend; empty when it does."""
    found = [sources.problem_with(citation) for citation in draft.evidence]
    if any(found):
        return "; ".join(problem for problem in found if problem)
    if draft.status == VerdictStatus.UNVERIFIED:
        return ""
    if not draft.evidence:
        return "the verdict cites nothing; cite files and lines, or checks"
    if draft.status == VerdictStatus.FAILED:
        return "" if draft.feedback.strip() else "say in feedback what has to be changed"
    return _missing_for_a_pass(draft, criteria, sources)


def _missing_for_a_pass(draft: VerdictDraft, criteria: Sequence[str], sources: Sources) -> str:
    """What a pass does not show; empty when it shows all."""
    cited = {citation.about for citation in draft.evidence}
    missing = [str(number) for number in range(1, len(criteria) + 1) if number not in cited]
    if missing:
        return f"nothing is cited for criterion {', '.join(missing)}"
    if not any(sources.concerns_the_work(citation) for citation in draft.evidence):
        return "nothing of what is cited was changed by the job; cite what shows that it was done"
    return ""


def verdict_from(
    draft: VerdictDraft, criteria: Sequence[str], *, reviewer: str, name: str, tier: int
) -> Verdict:
    """The verdict of a draft with which nothing is wrong.

    Args:
        draft: what the model said.
        criteria: what it was asked about, in order.
        reviewer: the model, as the settings name it.
        name: of the verifier.
        tier: of the verifier.
    """
    status = VerdictStatus(draft.status)
    feedback = draft.feedback.strip()
    if status is VerdictStatus.PASSED and draft.confidence < SURE_FROM:
        status = VerdictStatus.UNVERIFIED
        feedback = f"the reviewer is not sure of its pass ({draft.confidence:.2f}). {feedback}"
    evidence = tuple(
        Evidence(
            check=f"{reviewer} reviewed: {_criterion(citation, criteria)}",
            status=status,
            detail=_cited(citation),
        )
        for citation in draft.evidence
    )
    if not evidence:
        said = feedback or "it cannot tell"
        evidence = (Evidence(check=f"{reviewer} reviewed", status=status, detail=said),)
    is_passed = status is VerdictStatus.PASSED
    return Verdict(
        status=status,
        verifier=name,
        tier=tier,
        confidence=draft.confidence if is_passed else 0.0,
        evidence=evidence,
        feedback="" if is_passed else f"review: {feedback or 'it could not be told'}",
    )


def _criterion(citation: CitationDraft, criteria: Sequence[str]) -> str:
    """The criterion that a citation is about."""
    if citation.about > len(criteria):
        return criteria[0]
    return criteria[citation.about - 1]


def _cited(citation: CitationDraft) -> str:
    """A citation in words."""
    quote = " ".join(citation.quote.split())
    if citation.line == 0 and not citation.source.strip().lower().startswith("check"):
        return f"{citation.source} lacks {quote!r}" if quote else f"{citation.source} is not there"
    place = f":{citation.line}" if citation.line else ""
    return f"{citation.source}{place} {quote!r}"
