"""Tier 1: the subtask's checks, the changed files, and tool failures that still stand.

It passes when at least one thing was really looked at and everything passed. Nothing to look at is
unverified. So is a subtask that changed nothing: what its checks find was there before, so they are
no sign that anybody did the work, and a human decides.
"""

import logging
from collections.abc import Sequence

from loom_core.contracts.verifier import VerificationContext, Verifier
from loom_core.types import (
    CheckSpec,
    Evidence,
    Outcome,
    Subtask,
    ToolRecord,
    Verdict,
    VerdictStatus,
)
from loom_verifiers.changed_files import NetChange, look_at, net_changes
from loom_verifiers.checks.evidence import failed, unverified
from loom_verifiers.checks.told import FileAsTold
from loom_verifiers.tampering import look_for_tampering
from loom_verifiers.unfinished import look_for_marks
from loom_verifiers.verdicts import verdict_of

_log = logging.getLogger(__name__)

NOTHING_CHECKED = (
    "nothing could be checked: the subtask has no checks and no file was changed; "
    "do the work with the tools before saying that it is done"
)
NOT_SHOWN = (
    "no check ran the result against something that is known; look at it yourself, or name in the "
    "goal what it must give, such as f(2) returns 4"
)
NOTHING_CHANGED = (
    "nothing was changed; the checks hold already, so that they do not prove that the work was done"
)


class Deterministic(Verifier):
    """Decides by executing and parsing, never by asking a model."""

    name = "deterministic"
    tier = 1

    async def verify(
        self, subtask: Subtask, outcome: Outcome, context: VerificationContext
    ) -> Verdict:
        """The verdict with one piece of evidence for each thing looked at."""
        changes = await net_changes(outcome, context.look)
        seen = [(spec, await _run_check(spec, context)) for spec in subtask.checks]
        evidence = [
            *(one for _, one in seen),
            *_unshown(subtask, seen, context),
            *await look_at(changes, subtask, context.look),
            *await look_for_tampering(changes, subtask, context.look),
            *await look_for_marks(changes, subtask, context.look),
            *(
                _failure_evidence(record)
                for record in outcome.tool_records
                if record.is_error and not record.was_recovered
            ),
        ]
        evidence.extend(_doubts(changes, evidence))
        return verdict_of(self, evidence)


def _unshown(
    subtask: Subtask, seen: Sequence[tuple[CheckSpec, Evidence]], context: VerificationContext
) -> list[Evidence]:
    """The acceptance criteria, unverified, when nobody shows that they are met.

    A check that ran the result does, or the check that a criterion was made into. They are left to the
    next tier where a reviewer judges, or where that compares the result with what others write.
    """
    if context.leaves_criteria or any(spec.kind == FileAsTold.name for spec, _ in seen):
        return []
    met = {
        spec.criterion
        for spec, evidence in seen
        if spec.criterion and evidence.status is VerdictStatus.PASSED
    }
    for spec, evidence in seen:
        check = context.checks.get(spec.kind)
        if check and check.shows_behaviour and evidence.status is VerdictStatus.PASSED:
            return []
    return [
        unverified(criterion, NOT_SHOWN)
        for criterion in subtask.acceptance_criteria
        if criterion not in met
    ]


async def _run_check(spec: CheckSpec, context: VerificationContext) -> Evidence:
    """What one check saw; unverified when it is not installed or breaks."""
    label = f"{spec.kind} {spec.target}"
    check = context.checks.get(spec.kind)
    if check is None:
        known = ", ".join(sorted(context.checks)) or "none"
        return unverified(
            label, f"no check of the kind {spec.kind} is installed (there are: {known})"
        )
    try:
        return await check.run(spec.target, spec.expected, context.look)
    except Exception as error:  # noqa: BLE001  # a check that breaks has seen nothing
        _log.warning("check %s broke", label, exc_info=error)
        return unverified(label, f"could not be checked: {type(error).__name__}: {error}")


def _failure_evidence(record: ToolRecord) -> Evidence:
    """A tool failure that still stands, as evidence."""
    category = f" ({record.category})" if record.category else ""
    what = next((str(value) for value in record.arguments.values() if value), "")[:200]
    return failed(
        f"tool call {record.tool} {what}".rstrip(),
        f"failed{category} and nothing made up for it; get it right or do it another way",
    )


def _doubts(changes: Sequence[NetChange], evidence: Sequence[Evidence]) -> list[Evidence]:
    """Why what passed proves no work; empty when it does, or when something failed anyway."""
    if not evidence:
        return [unverified("anything to check", NOTHING_CHECKED)]
    if not changes and all(one.status is VerdictStatus.PASSED for one in evidence):
        return [unverified("any change", NOTHING_CHANGED)]
    return []
