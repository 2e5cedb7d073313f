"""A verifier that wants a greeting to be polite."""

from loom_core.contracts.verifier import VerificationContext, Verifier
from loom_core.types import Evidence, Outcome, Subtask, Verdict, VerdictStatus


class Politeness(Verifier):
    """Looks for Hello."""

    name = "politeness"
    tier = 1

    async def verify(
        self, subtask: Subtask, outcome: Outcome, context: VerificationContext
    ) -> Verdict:
        """Passed when the greeting says Hello."""
        is_polite = b"Hello" in context.look.workspace.read("greeting.txt")
        status = VerdictStatus.PASSED if is_polite else VerdictStatus.FAILED
        seen = Evidence(check="politeness of greeting.txt", status=status, detail="says Hello")
        return Verdict(status=status, verifier=self.name, confidence=1.0, evidence=(seen,))
