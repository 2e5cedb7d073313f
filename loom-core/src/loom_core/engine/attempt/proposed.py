"""What the last verdict proposes to try: small models seldom find by themselves what others agree on."""

from loom_core.contracts.context import Context


def proposed(target: str, context: Context, *, is_program: bool = False) -> str:
    """The content, or the program, that an attempt tries first; empty when there is none.

    Only of the attempt right before, since an older one was tried; samples are all asked the same.
    """
    last = context.verdicts[-1] if context.verdicts else None
    if last is None or context.sample:
        return ""
    found = [
        one.proposal.content
        for one in last.evidence
        if one.proposal is not None
        and (one.proposal.target, one.proposal.is_program) == (target, is_program)
    ]
    return found[0] if found else ""
