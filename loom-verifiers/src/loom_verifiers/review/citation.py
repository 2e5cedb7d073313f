"""Whether what a reviewer points at exists: the harness looks for itself, whatever the model says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from loom_core.errors import LoomError
from loom_core.types import Evidence
from loom_core.workspace import Workspace, holds_secrets
from loom_verifiers.review.diff import WorkspaceDiff, text_at
from loom_verifiers.review.draft import CitationDraft

_NEAR_LINES = 2
"""Models miscount: a quote counts when it stands within so many lines of the one that was named."""
_LEAST_QUOTE = 3
"""Characters; less is found nearly everywhere. A shorter line may be quoted whole."""
_OF_CHECK = re.compile(r"check\s*#?(\d+)", re.IGNORECASE)
_NUMBERED = re.compile(r"^\s*\d*\s*[+|:\u2192-]?\s+")
"""What stands before a line where it is shown with its number."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What can be cited."""

    workspace: Workspace
    diff: WorkspaceDiff
    checks: Sequence[Evidence]

    def problem_with(self, citation: CitationDraft) -> str:
        """Why a citation does not hold, for the model to mend; empty when it does."""
        of_check = _OF_CHECK.fullmatch(citation.source.strip())
        if of_check is not None:
            return self._of_check(int(of_check[1]), citation)
        try:
            path = self.workspace.relative(citation.source.strip())
        except LoomError as error:
            return str(error)
        if holds_secrets(path):
            return f"{path} usually holds secrets, which nobody cites"
        return self._absent(path, citation) if citation.line == 0 else self._there(path, citation)

    def concerns_the_work(self, citation: CitationDraft) -> bool:
        """Whether a citation that holds is of what the subtask left, or of what a check saw."""
        source = citation.source.strip()
        if _OF_CHECK.fullmatch(source):
            return True
        path = self.workspace.relative(source)
        return path in (self.diff.deleted if citation.line == 0 else self.diff.changed)

    def _of_check(self, number: int, citation: CitationDraft) -> str:
        """What is wrong with the citation of a check."""
        if not 1 <= number <= len(self.checks):
            return f"there is no check {number}; there are {len(self.checks)}"
        seen = f"{self.checks[number - 1].check} {self.checks[number - 1].detail}"
        if not _is_in(citation.quote, seen):
            return f"check {number} did not see {citation.quote!r}"
        return ""

    def _there(self, path: str, citation: CitationDraft) -> str:
        """What is wrong with the citation of a line."""
        text = text_at(path, self.workspace)
        if text is None:
            return f"{path} is not there, or is no text that can be cited"
        lines = text.splitlines()
        if citation.line > len(lines):
            return f"{path} has {len(lines)} lines and no line {citation.line}"
        spread = _NEAR_LINES + citation.quote.strip().count("\n")
        near = lines[max(citation.line - 1 - spread, 0) : citation.line + spread]
        if len(citation.quote.strip()) < min(_LEAST_QUOTE, len(lines[citation.line - 1].strip())):
            return f"copy into quote what stands in line {citation.line} of {path}"
        if not _is_in(citation.quote, "\n".join(near)):
            return f"line {citation.line} of {path} does not hold {citation.quote!r}"
        return ""

    def _absent(self, path: str, citation: CitationDraft) -> str:
        """What is wrong with the claim that something is not there."""
        if not self.workspace.exists(path):
            return ""
        text = text_at(path, self.workspace)
        if text is None or not citation.quote.strip():
            return f"{path} is there; name a line of it, or quote what it lacks"
        if _is_in(citation.quote, text):
            return f"{path} does hold {citation.quote!r}; name the line"
        return ""


def _is_in(quote: str, text: str) -> bool:
    """Whether a quote that says something stands in a text, white space and line numbers aside."""
    plain = "\n".join(_NUMBERED.sub("", line) for line in quote.splitlines())
    wanted = [_squeezed(form) for form in (quote, quote.strip().strip("`\"'"), plain)]
    return any(form and form in _squeezed(text) for form in wanted)


def _squeezed(text: str) -> str:
    """A text with single spaces only."""
    return " ".join(text.split())
