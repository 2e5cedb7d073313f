"""What others said of earlier attempts: an outvoted result does not become right by a second try."""

import hashlib

from loom_core.contracts.verifier import VerificationContext
from loom_core.types import Evidence, VerdictStatus


def digest_of(result: str) -> str:
    """What a result is known by when a later attempt has it too: SHA-256 in hex."""
    return hashlib.sha256(result.encode("utf-8", "surrogateescape")).hexdigest()


def outvoted(label: str, digest: str, context: VerificationContext) -> Evidence | None:
    """The evidence by which this very result was refused before; None when it was not.

    Asked often enough, two of a small model's answers agree on anything.
    """
    return next(
        (
            one.model_copy(update={"proposal": None})  # it was tried already
            for verdict in context.earlier
            for one in verdict.evidence
            if (one.check, one.observed, one.status) == (label, digest, VerdictStatus.FAILED)
        ),
        None,
    )
