"""What stands for an installed verifier that cannot be loaded, so that its absence is no pass."""

from loom_core.contracts.verifier import VerificationContext, Verifier
from loom_core.extensions.instances import BrokenPart
from loom_core.types import Evidence, Outcome, Subtask, Verdict, VerdictStatus
from loom_core.types.task import MAX_TIER


class UnloadedVerifier(Verifier):
    """Says of everything that it is unverified, and why."""

    def __init__(self, name: str, tier: int, reason: str) -> None:
        """Stand for the verifier of that name in that tier."""
        self.name = name
        self.tier = tier
        self._reason = reason

    async def verify(
        self, subtask: Subtask, outcome: Outcome, context: VerificationContext
    ) -> Verdict:
        """Unverified: the look that was installed was not taken."""
        status = VerdictStatus.UNVERIFIED
        return Verdict(
            status=status,
            verifier=self.name,
            tier=self.tier,
            evidence=(Evidence(check=self.name, status=status, detail=self._reason),),
            feedback=self._reason,
        )


def stand_ins(broken: BrokenPart) -> list[UnloadedVerifier]:
    """One for the tier of a broken verifier; one for every tier if its own is unknown."""
    tier: object = getattr(broken.value, "tier", None)
    known = [one for one in range(1, MAX_TIER + 1) if one == tier]
    reason = str(broken.error)
    return [UnloadedVerifier(broken.name, one, reason) for one in known or range(1, MAX_TIER + 1)]
