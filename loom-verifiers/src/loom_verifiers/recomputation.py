"""Tier 2 for results that must be worked out: other programs have to give the same.

A small model that counts with a wrong command is sure of its number, and so is every check that
only looks at the file. The same model asked afresh, in another form, makes other mistakes; what two
programs agree on is seldom wrong. No agreement is no verdict.
"""

from collections.abc import Sequence

from loom_core.contracts.verifier import VerificationContext, Verifier
from loom_core.prompts import SECOND_STYLES
from loom_core.types import CheckSpec, Evidence, Outcome, Proposal, Subtask, Verdict
from loom_verifiers.checks.computed import FileComputed
from loom_verifiers.checks.evidence import passed, quote_seen, refused, seen_in, unverified
from loom_verifiers.checks.scratch_copy import WorkspaceTooLarge
from loom_verifiers.independent_program import Computed, compute
from loom_verifiers.same_result import is_same
from loom_verifiers.verdicts import verdict_of
from loom_verifiers.votes import digest_of, outvoted

MIN_AGREEING = 2
"""So many programs must give a result before it counts."""


class Recomputation(Verifier):
    """Has each computed file worked out again by programs that know nothing of the first attempt.

    Nothing to say of a subtask without such a file.
    """

    name = "recomputation"
    tier = 2

    async def verify(
        self, subtask: Subtask, outcome: Outcome, context: VerificationContext
    ) -> Verdict | None:
        """Passed when at least two programs give what the file holds."""
        computed = [spec for spec in subtask.checks if spec.kind == FileComputed.name]
        if not computed:
            return None
        evidence = [await _evidence(spec, subtask.description, context) for spec in computed]
        return verdict_of(self, evidence)


async def _evidence(spec: CheckSpec, task: str, context: VerificationContext) -> Evidence:
    """What other programs say of one file."""
    label = f"recomputed {spec.target}"
    if not context.look.sandbox.is_confining:
        return unverified(label, "not run: no sandbox confines programs on this machine")
    held = context.look.workspace.read(spec.target).decode("utf-8", "replace").strip()
    if refusal := outvoted(label, digest_of(held), context):
        return refusal
    is_number = spec.expected == "number"
    others: list[Computed] = []
    for style in SECOND_STYLES:
        try:
            other = await compute(style, task, spec.target, context)
        except WorkspaceTooLarge as error:
            return unverified(label, str(error))
        if other is not None and is_same(other.result, other.result, is_number=is_number):
            others.append(other)
        agreeing = sum(is_same(one.result, held, is_number=is_number) for one in others)
        if agreeing >= MIN_AGREEING:
            return passed(label, f"{agreeing} programs written anew give the same")
    return _disagreement(label, spec.target, held, others, is_number=is_number)


def _disagreement(
    label: str, target: str, held: str, others: Sequence[Computed], *, is_number: bool
) -> Evidence:
    """Failed when other programs agree on something else; else nobody knows."""
    for one in others:
        count = sum(is_same(one.result, other.result, is_number=is_number) for other in others)
        if count < MIN_AGREEING:
            continue
        seen = seen_in(target, f"{target} holds {quote_seen(held)}, but {count} programs")
        told = seen_in(target, f" that read the data anew give {quote_seen(one.result)}")
        return refused(
            label,
            f"{seen}{told}; the command was wrong, work it out in another way",
            digest_of(held),
            Proposal(target=target, content=one.program, is_program=True),
        )
    return unverified(
        label, f"{len(SECOND_STYLES)} programs written anew do not agree with each other"
    )
