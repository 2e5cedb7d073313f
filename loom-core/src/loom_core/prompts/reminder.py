"""The line at the tail of every tool result: the goal, the job and what is left."""

from collections.abc import Sequence

from loom_core.types import Evidence, VerdictStatus

_MAX_JOB_CHARACTERS = 200
_MAX_DETAIL_CHARACTERS = 400


def reminder(job: str, evidence: Sequence[Evidence]) -> str:
    """One or a few lines that keep a small model on its job.

    Args:
        job: the subtask's description.
        evidence: what the checks say of the workspace now; empty when none ran.
    """
    failed = [item for item in evidence if item.status is not VerdictStatus.PASSED]
    short = " ".join(job.split())[:_MAX_JOB_CHARACTERS]
    if evidence and not failed:
        return f"[All checks pass. Job: {short} - if nothing of it is missing, call complete now.]"
    missing = "".join(
        f"\n[Not yet: {item.check}. {item.detail[:_MAX_DETAIL_CHARACTERS]}]" for item in failed
    )
    return f"[Job: {short} - when all of it is there, call complete.]{missing}"


def with_reminder(result: str, line: str) -> str:
    """A tool result with the reminder at its tail, never before it: the prompt only grows."""
    return f"{result}\n\n{line}"
