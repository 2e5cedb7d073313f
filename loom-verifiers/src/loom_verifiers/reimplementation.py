"""Tier 2 for new programs whose behaviour is told in words: written anew, they have to do the same.

That a script prints something, or that a file defines a function, is true of most wrong ones too. A
model that is asked afresh, in another form, makes other mistakes (``benchmarks/README.md``); what
two of them do alike is seldom wrong.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from loom_core.contracts.verifier import VerificationContext, Verifier
from loom_core.prompts import SECOND_FORMS, FileForm, content_in, file_messages, told_forms
from loom_core.types import (
    CheckSpec,
    Evidence,
    FinishReason,
    ModelRole,
    Outcome,
    Proposal,
    Subtask,
    Verdict,
    VerdictStatus,
)
from loom_verifiers.behaviour import Behaviour, Printed, answers, printed
from loom_verifiers.checks.commands import CommandPrints
from loom_verifiers.checks.definitions import PythonDefines
from loom_verifiers.checks.evidence import passed, refused, unverified
from loom_verifiers.checks.scratch_copy import WorkspaceTooLarge
from loom_verifiers.verdicts import verdict_of
from loom_verifiers.votes import outvoted

Observe = Callable[[str | None], Awaitable[Behaviour | None]]
"""What a content does in place of the file, or the file itself for None."""

MAX_LINES = 80
"""Longer programs are not written anew: it takes long, and a small model loses the aim."""
_KINDS = frozenset({CommandPrints.name, PythonDefines.name})
_NO_PROGRAM = "it is no Python file of the workspace"
_NOT_COMPARED_CONFIDENCE = 0.5
_STATES_A_RESULT = re.compile(
    r"""\d|\b(?:each|every|all|numbers?|counts?|sums?|totals?|average|table|squares?|sort\w*|reverse\w*
    |instead|otherwise|except|only|if|multiples?|divisible|even|odd|zahlen?|nombres?|n\u00fameros?)\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words for outputs of which there is one right form; others may rightly differ, as a greeting does."""


class Reimplementation(Verifier):
    """Has short new Python files written anew in other forms, and compares what all of them do.

    Nothing to say of a subtask without a ``command_prints`` or ``python_defines`` check.
    """

    name = "reimplementation"
    tier = 2

    async def verify(
        self, subtask: Subtask, outcome: Outcome, context: VerificationContext
    ) -> Verdict | None:
        """Passed when at least two others do the same, or when there is nothing to compare."""
        due = [spec for spec in subtask.checks if spec.kind in _KINDS]
        if not due:
            return None
        specs = [spec for spec in due if _program_of(spec)]
        if not specs:
            return _open(_NO_PROGRAM)
        reason = await asyncio.to_thread(_not_compared, specs, subtask, context)
        if reason:
            return _open(reason)
        other = _Others(subtask, context)
        try:
            evidence = [await _evidence(spec, other) for spec in specs]
        except WorkspaceTooLarge as error:
            return _open(str(error))
        return verdict_of(self, evidence)


@dataclass(slots=True)
class _Others:
    """The files that are written anew; each form is asked for once."""

    subtask: Subtask
    context: VerificationContext

    async def written(self, path: str, form: FileForm) -> str | None:
        """The content that a model gives for a file; None when it was cut off."""
        demands = told_forms(path, self.subtask.checks, self.context.checks)
        messages = file_messages(self.subtask.description, (), path, form, demands=demands)
        response = await self.context.ask_model(ModelRole.VERIFIER, messages, None)
        is_cut = response.finish_reason is FinishReason.LENGTH
        return None if is_cut else content_in(response.text, path)


@dataclass(frozen=True, slots=True)
class _Other:
    """One file that was written anew."""

    content: str
    behaviour: Behaviour


def _program_of(spec: CheckSpec) -> str:
    """The Python file that a check is about; empty when it is about something else."""
    if spec.kind == PythonDefines.name:
        return spec.target
    match spec.target.split() if spec.kind == CommandPrints.name else []:
        case ["python3", path] if path.endswith(".py"):
            return path
        case _:
            return ""


def _not_compared(
    specs: Sequence[CheckSpec], subtask: Subtask, context: VerificationContext
) -> str:
    """Why nothing is written anew; empty when it is."""
    installed = context.checks
    is_stated = not any(
        spec.kind == CommandPrints.name for spec in specs
    )  # not just by a sample line
    if is_stated and any(
        spec.kind in installed and installed[spec.kind].shows_behaviour for spec in subtask.checks
    ):
        return "the goal's own examples were run"
    if not context.look.sandbox.is_confining:
        return "no sandbox confines programs on this machine"
    for path in {_program_of(spec) for spec in specs}:
        changes = [change for change in context.look.changes if change.path == path]
        if not changes or changes[0].before:
            return f"{path} was there before"
        content = context.look.workspace.read(path).decode("utf-8", "replace")
        if content.count("\n") > MAX_LINES:
            return f"{path} has more than {MAX_LINES} lines"
        for spec in specs:
            name = re.escape(spec.expected.strip())
            if spec.target == path and re.search(
                rf"^(?:class|async def) {name}\b", content, re.MULTILINE
            ):
                return f"{spec.expected} of {path} is no plain function"
    return ""


async def _evidence(spec: CheckSpec, others: _Others) -> Evidence:
    """What others say of one program or function."""
    look = others.context.look
    path = _program_of(spec)
    if spec.kind == PythonDefines.name:
        name = spec.expected.strip()

        async def called(content: str | None) -> Behaviour | None:
            return await answers(path, name, content, look)

        return await _compare(f"written anew {path} {name}", path, called, others)

    async def run(content: str | None) -> Behaviour | None:
        return await printed(path, content, look)

    return await _compare(f"written anew {path}", path, run, others)


async def _compare(
    label: str,
    path: str,
    observe: Observe,
    others: _Others,
) -> Evidence:
    """Ask until two do the same as the file, or all were asked."""
    own = await observe(None)
    if own is None:
        return unverified(
            label, "could not be observed: it takes none of the inputs that were tried"
        )
    if refusal := outvoted(label, own.digest, others.context):
        return refusal
    seen: list[_Other] = []
    for form in SECOND_FORMS:
        content = await others.written(path, form)
        behaviour = await observe(content) if content else None
        if content and behaviour is not None:
            seen.append(_Other(content, behaviour))
        if any(own.judged_by(*pair) for pair in combinations([s.behaviour for s in seen], 2)):
            return passed(label, "two others do the same")
    return _disagreement(label, path, own, seen, others.subtask.description)


def _disagreement(
    label: str,
    path: str,
    own: Behaviour,
    seen: Sequence[_Other],
    task: str,
) -> Evidence:
    """Failed when others agree on something else; else nobody knows, where there is one right form."""
    if isinstance(own, Printed) and not _STATES_A_RESULT.search(task):
        return passed(label, "it prints something; what exactly is left open")
    for one, other in combinations(seen, 2):
        if own.judged_by(one.behaviour, other.behaviour) is False:
            differs = own.differs_from(one.behaviour)
            return refused(
                label,
                f"{differs}; find out which is right, and correct it",
                own.digest,
                Proposal(target=path, content=one.content),
            )
    return unverified(label, f"{len(SECOND_FORMS)} others do not agree with it or with each other")


def _open(reason: str) -> Verdict:
    """A pass with less confidence: tier 1 holds, and there is nothing to compare it with."""
    return Verdict(
        status=VerdictStatus.PASSED,
        verifier=Reimplementation.name,
        tier=Reimplementation.tier,
        confidence=_NOT_COMPARED_CONFIDENCE,
        evidence=(passed(Reimplementation.name, f"nothing to compare with: {reason}"),),
    )
