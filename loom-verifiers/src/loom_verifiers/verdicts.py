"""From what was seen to a verdict, the same way for every verifier here."""

from collections.abc import Sequence

from loom_core.contracts.verifier import Verifier
from loom_core.types import Evidence, Verdict, VerdictStatus

_WORST_FIRST = (VerdictStatus.FAILED, VerdictStatus.UNVERIFIED, VerdictStatus.PASSED)


def verdict_of(verifier: Verifier, evidence: Sequence[Evidence]) -> Verdict:
    """The worst of what was seen; its confidence is the part that passed, its feedback the rest.

    Args:
        verifier: who saw it.
        evidence: at least one thing.
    """
    statuses = {one.status for one in evidence}
    wrong = [one for one in evidence if one.status is not VerdictStatus.PASSED]
    return Verdict(
        status=next(status for status in _WORST_FIRST if status in statuses),
        verifier=verifier.name,
        tier=verifier.tier,
        confidence=1 - len(wrong) / len(evidence),
        evidence=tuple(evidence),
        feedback="\n".join(f"{one.check}: {one.detail}" for one in wrong),
    )
