"""Tier 2 for files whose content is told in words: written anew, they have to say the same.

A file that is there and parses is easily one that leaves out a row, or an edit that hit the wrong line.
Asked afresh, in another form, a model makes other mistakes; what is written alike twice is seldom wrong.
No agreement is no verdict: a human looks.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from loom_core.contracts.verifier import VerificationContext, Verifier
from loom_core.types import CheckSpec, Evidence, Outcome, Subtask, Verdict, VerdictStatus
from loom_verifiers.behaviour import EVERYTHING, Answers, Behaviour, answers, printed
from loom_verifiers.checks.evidence import failed, passed, unverified
from loom_verifiers.checks.scratch_copy import WorkspaceTooLarge
from loom_verifiers.checks.told import FileAsTold
from loom_verifiers.same_content import normal_form
from loom_verifiers.second_writing import SecondWriting
from loom_verifiers.verdicts import verdict_of

MAX_BYTES = 3_000
"""Longer files are not written anew: it takes long, and a small model loses the aim."""
MIN_AGREEING = 1
"""So many others must say the same. One is enough: it was asked in another form."""
OPEN = "open"
_PROGRAMS = (".py", ".sh", ".bash")
_NOT_COMPARED_CONFIDENCE = 0.5
_DEPENDS_ON_ORDER = "the answer changes when the lines it is read from do; look at it yourself"
_UNLIKE = "nobody who was asked in another form wrote the same; look at it yourself"


class Rewriting(Verifier):
    """Has short files written anew in other forms, and compares what all of them say or do.

    Nothing to say of a subtask without a ``file_as_told`` check.
    """

    name = "rewriting"
    tier = 2

    async def verify(
        self, subtask: Subtask, outcome: Outcome, context: VerificationContext
    ) -> Verdict | None:
        """Passed when each such file is as others write it, or when there is nothing to compare."""
        specs = [spec for spec in subtask.checks if spec.kind == FileAsTold.name]
        if not specs:
            return None
        reason = await asyncio.to_thread(_not_compared, specs, context)
        if reason:
            return _left_open(reason, subtask)
        try:
            return verdict_of(self, [await _evidence(spec, subtask, context) for spec in specs])
        except WorkspaceTooLarge as error:
            return _left_open(str(error), subtask)


def _not_compared(specs: Sequence[CheckSpec], context: VerificationContext) -> str:
    """Why nothing is written anew; empty when it is."""
    if not context.look.sandbox.is_confining:
        return "no sandbox confines programs on this machine"
    for spec in specs:
        if len(context.look.workspace.read(spec.target)) > MAX_BYTES:
            return f"{spec.target} has more than {MAX_BYTES} bytes"
    return ""


def _left_open(reason: str, subtask: Subtask) -> Verdict:
    """A pass with less confidence, unless what is wanted shows in nothing that was looked at."""
    label = Rewriting.name
    if subtask.acceptance_criteria:
        evidence = [
            unverified(one, f"not compared: {reason}") for one in subtask.acceptance_criteria
        ]
        return verdict_of(Rewriting(), evidence)
    return Verdict(
        status=VerdictStatus.PASSED,
        verifier=label,
        tier=Rewriting.tier,
        confidence=_NOT_COMPARED_CONFIDENCE,
        evidence=(passed(label, f"nothing to compare with: {reason}"),),
    )


async def _evidence(spec: CheckSpec, subtask: Subtask, context: VerificationContext) -> Evidence:
    """What others say of one file."""
    writing = await SecondWriting.of(spec.target, subtask, context)
    must_differ = bool(subtask.acceptance_criteria)
    comparison = _Comparison(spec, writing, spec.expected == OPEN, must_differ)
    return await comparison.conclude(context)


@dataclass(slots=True)
class _Comparison:
    """One file beside what others write for it."""

    spec: CheckSpec
    writing: SecondWriting
    is_open: bool
    must_differ: bool
    """Whether a program has to do something else than before, as one that is repaired."""

    async def conclude(self, context: VerificationContext) -> Evidence:
        """Ask until enough others agree with the file, or all were asked."""
        path, label = self.spec.target, f"written anew {self.spec.target}"
        raw = await asyncio.to_thread(context.look.workspace.read, path)
        own = await self._seen(raw.decode("utf-8", "replace"), context)
        if own is None:
            return unverified(label, "it cannot be compared with anything")
        if self.writing.before is not None:
            before = await self._seen(self.writing.before, context)
            if own.is_same(before, self.must_differ):
                return failed(label, f"{path} still says or does what it did before")
            if lost := own.lost_from(before, self.writing.task):
                return unverified(label, f"{', '.join(lost)} went away, which nobody asked for")
        seen: list[_Seen] = []
        for way in self.writing.ways():
            content = await way()
            other = await self._seen(content, context) if content else None
            if other is not None:
                seen.append(other)
            if sum(own.agrees(one, self.writing.task) for one in seen) >= MIN_AGREEING:
                return await self._also_turned(own, label, context)
        return unverified(label, _UNLIKE)

    async def _also_turned(
        self, own: "_Seen", label: str, context: VerificationContext
    ) -> Evidence:
        """A pass, unless an answer is another one when what it is read from stands in another order."""
        if not self.writing.is_answer:
            return passed(label, "another one says the same")
        content = await self.writing.turned()()
        other = await self._seen(content, context) if content else None
        if other is None or not own.agrees(other, self.writing.task):
            return unverified(label, _DEPENDS_ON_ORDER)
        return passed(label, "others say the same, in whatever order it is read")

    async def _seen(self, content: str, context: VerificationContext) -> "_Seen | None":
        """What there is to compare of a content; None when it cannot be read or run."""
        path = self.spec.target
        form = normal_form(path, content, is_open=self.is_open)
        behaviour: Behaviour | None = None
        if path.endswith(".py"):
            behaviour = await answers(path, EVERYTHING, content, context.look)
        if behaviour is None and path.endswith(_PROGRAMS):
            behaviour = await printed(path, content, context.look)
        if form is None or (path.endswith(_PROGRAMS) and behaviour is None):
            return None
        return _Seen(form, behaviour)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a content says, and what it does if it is a program."""

    form: str
    behaviour: Behaviour | None

    def is_same(self, other: "_Seen | None", by_behaviour: bool) -> bool:  # noqa: FBT001  # what counts
        """Whether nothing tells the two apart: what they say, or what they do."""
        if other is None:
            return False
        is_alike = by_behaviour and self.behaviour is not None and self.behaviour == other.behaviour
        return is_alike or self.form == other.form

    def lost_from(self, before: "_Seen | None", task: str) -> list[str]:
        """What could be called before and not now, although the task does not name it."""
        if before is None or before.behaviour is None or self.behaviour is None:
            return []
        lost = _names_of(before.behaviour) - _names_of(self.behaviour)
        return sorted(lost - _named_in(task, before.behaviour))

    def agrees(self, other: "_Seen", task: str) -> bool:
        """Whether both do the same, with all that the task names; or say the same where nothing runs."""
        if self.form == other.form:
            return True
        mine, theirs = self.behaviour, other.behaviour
        if mine is None or theirs is None or not mine.judged_by(theirs, theirs):
            return False
        return _named_in(task, mine) == _named_in(task, theirs)


def _named_in(task: str, behaviour: Behaviour) -> set[str]:
    """The functions and methods of a program that a task names."""
    return {name for name in _names_of(behaviour) if re.search(rf"\b{re.escape(name)}\b", task)}


def _names_of(behaviour: Behaviour) -> set[str]:
    """The functions and methods of a program that were tried."""
    inputs = behaviour.by_input if isinstance(behaviour, Answers) else ()
    return {name for tried in inputs for name in tried.partition("(")[0].split(".")}
