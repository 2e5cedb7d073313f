"""Evidence in readable words: what was checked, what was expected and what was seen."""

from loom_core.types import Evidence, Proposal, VerdictStatus
from loom_core.workspace import holds_secrets

MAX_SEEN_CHARACTERS = 600
"""How much of an output or a file is quoted; the middle of a longer one is left out."""

_WITHHELD = "[not shown: such files usually hold secrets]"


def passed(check: str, detail: str) -> Evidence:
    """Evidence that a check passed."""
    return Evidence(check=check, status=VerdictStatus.PASSED, detail=detail)


def refused(check: str, detail: str, observed: str, proposal: Proposal) -> Evidence:
    """Evidence that others agree on something else, with what they agree on."""
    return Evidence(
        check=check,
        status=VerdictStatus.FAILED,
        detail=detail,
        observed=observed,
        proposal=proposal,
    )


def failed(check: str, detail: str, *, shows_content: bool = True) -> Evidence:
    """Evidence that a check failed; the detail says what was expected and what was seen.

    ``shows_content`` is False when it tells nothing of what files and outputs hold.
    """
    return Evidence(
        check=check, status=VerdictStatus.FAILED, detail=detail, shows_content=shows_content
    )


def unverified(check: str, reason: str) -> Evidence:
    """Evidence that nothing could be seen, and why."""
    return Evidence(check=check, status=VerdictStatus.UNVERIFIED, detail=reason)


def seen_in(path: str, words: str) -> str:
    """Words that quote what a file holds; of a file that usually holds secrets, none of them."""
    return _WITHHELD if holds_secrets(path) else words


def quote_seen(text: str) -> str:
    """A text as evidence quotes it: stripped, and without its middle when it is long."""
    seen = text.strip()
    if not seen:
        return "nothing"
    if len(seen) <= MAX_SEEN_CHARACTERS:
        return f'"{seen}"'
    half = MAX_SEEN_CHARACTERS // 2
    left_out = len(seen) - 2 * half
    return f'"{seen[:half]}\n… {left_out:,} characters left out …\n{seen[-half:]}"'
