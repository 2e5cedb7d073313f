"""Loom's own verification: the installed verifiers, tier by tier, fail closed.

Which tiers are due: all from 1 to the subtask's ``verification_tier``, without those that the
settings switch off. A tier that is due and that nobody provides makes the verdict unverified: the
plan asked for a look that nobody took. Switching a tier off is the user's decision and asks for
less. When that leaves no tier at all, the verdict is unverified too.

A tier whose verifiers abstain, as a review does where no model may judge, leaves the decision to the
tiers before it, and the verdict notes that it was not taken. With no tier before, it is unverified.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from loom_core.contracts.check import CheckContext
from loom_core.contracts.context import Context
from loom_core.contracts.verifier import Abstention, Ask, Judging, VerificationContext, Verifier
from loom_core.hookspecs import hookimpl
from loom_core.judging import judging_of
from loom_core.sandbox import Sandbox
from loom_core.settings.shape import VerificationSettings
from loom_core.types import (
    Evidence,
    Message,
    ModelResponse,
    ModelRole,
    Outcome,
    OutcomeStatus,
    Subtask,
    Verdict,
    VerdictStatus,
)

_log = logging.getLogger(__name__)

BUILT_IN = "loom"
"""What a verdict gives as its verifier when the harness itself says it."""

_SEVERITY = {VerdictStatus.PASSED: 0, VerdictStatus.UNVERIFIED: 1, VerdictStatus.FAILED: 2}


def unverified(reason: str, *, verifier: str = BUILT_IN, tier: int = 1) -> Verdict:
    """A verdict that nothing could be said, and why; it is not a pass."""
    return Verdict(
        status=VerdictStatus.UNVERIFIED,
        verifier=verifier,
        tier=tier,
        evidence=(Evidence(check=verifier, status=VerdictStatus.UNVERIFIED, detail=reason),),
        feedback=reason,
    )


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Several verdicts as one: failed beats unverified beats passed; none at all is unverified.

    The result names the verifiers whose verdict won, keeps the evidence of all, the feedback of
    those that did not pass, and the least confidence, in all and by tier.
    """
    if not verdicts:
        return unverified("nobody gave a verdict; install a verifier such as loom-verifiers")
    status = max((verdict.status for verdict in verdicts), key=_SEVERITY.__getitem__)
    decisive = [verdict for verdict in verdicts if verdict.status is status]
    return Verdict(
        status=status,
        verifier=", ".join(dict.fromkeys(verdict.verifier for verdict in decisive)),
        tier=max(verdict.tier for verdict in decisive),
        confidence=min(verdict.confidence for verdict in verdicts),
        evidence=tuple(evidence for verdict in verdicts for evidence in verdict.evidence),
        feedback="\n".join(verdict.feedback for verdict in verdicts if _has_complaint(verdict)),
        tier_confidence=_tier_confidence(verdicts),
        notes=tuple(dict.fromkeys(note for verdict in verdicts for note in verdict.notes)),
    )


@dataclass(frozen=True, slots=True)
class _TierAnswer:
    """What the verifiers of a tier say."""

    verdict: Verdict | None
    """None when all of them abstain."""
    notes: tuple[str, ...] = ()
    """Why some abstain."""


def due_tiers(subtask_tier: int, settings: VerificationSettings) -> list[int]:
    """The tiers to run, in order: up to the subtask's, without those that are switched off."""
    enabled = (settings.tier1_enabled, settings.tier2_enabled, settings.tier3_enabled)
    return [tier for tier, is_on in enumerate(enabled, start=1) if is_on and tier <= subtask_tier]


class TieredVerification:
    """The built-in implementation of ``loom_verify``; registered by whoever builds a Loom."""

    def __init__(self, load_verifiers: Callable[[], Sequence[Verifier]], sandbox: Sandbox) -> None:
        """Keep the loader, which is called for the first verification and then never again."""
        self._load_verifiers = load_verifiers
        self._sandbox = sandbox
        self._loaded: Mapping[int, Sequence[Verifier]] | None = None

    @hookimpl(trylast=True)
    async def loom_verify(self, subtask: Subtask, outcome: Outcome, context: Context) -> Verdict:
        """The merged verdict of the tiers that are due; never raises but for cancellation."""
        if outcome.status is not OutcomeStatus.COMPLETED:
            return unverified(f"the attempt did not claim to be done: it ended {outcome.status}")
        try:
            return await self._verify(subtask, outcome, context)
        except Exception as error:  # noqa: BLE001  # no verdict must ever turn into a pass or a crash
            _log.warning("verification of %s failed", subtask.id, exc_info=error)
            return unverified(f"verification could not run: {_describe(error)}")

    async def _verify(self, subtask: Subtask, outcome: Outcome, context: Context) -> Verdict:
        """Run the due tiers in order until one does not pass."""
        tiers = due_tiers(subtask.verification_tier, context.settings.verification)
        if not tiers:
            return unverified(
                "every tier of verification that the subtask asks for is switched off; "
                "set verification.tier1_enabled = true"
            )
        what = await self._verification_context(context, tiers)
        verdicts: list[Verdict] = []
        notes: list[str] = []
        for tier in tiers:
            answer = await self._run_tier(tier, subtask, outcome, what)
            notes += answer.notes
            if answer.verdict is None:
                continue
            verdicts.append(answer.verdict)
            if answer.verdict.status is not VerdictStatus.PASSED:
                break
            if tier == 1:  # later tiers do not see what each other think
                what = replace(what, seen=answer.verdict.evidence)
        if not verdicts:
            return unverified("; ".join(notes), tier=tiers[-1])
        merged = worst(verdicts)
        return merged.model_copy(update={"notes": (*merged.notes, *notes)})

    async def _run_tier(
        self, tier: int, subtask: Subtask, outcome: Outcome, context: VerificationContext
    ) -> _TierAnswer:
        """The worst verdict of a tier's verifiers; unverified when none gives one or abstains."""
        verifiers = self._verifiers_of(tier)
        if not verifiers:
            problem = (
                f"verification tier {tier} is asked for and no installed verifier provides it; "
                f"install one or set verification.tier{tier}_enabled = false"
            )
            return _TierAnswer(unverified(problem, tier=tier))
        answers = [await _ask(one, subtask, outcome, context) for one in verifiers]
        verdicts = [answer for answer in answers if isinstance(answer, Verdict)]
        notes = tuple(answer.reason for answer in answers if isinstance(answer, Abstention))
        if not verdicts and not notes:
            names = ", ".join(one.name for one in verifiers)
            problem = f"verification tier {tier} is asked for and {names} had nothing to say of it"
            return _TierAnswer(unverified(problem, tier=tier))
        return _TierAnswer(worst(verdicts) if verdicts else None, notes)

    def _verifiers_of(self, tier: int) -> Sequence[Verifier]:
        """The verifiers of a tier, loading all of them the first time."""
        if self._loaded is None:
            by_tier: dict[int, list[Verifier]] = {}
            for verifier in self._load_verifiers():
                by_tier.setdefault(verifier.tier, []).append(verifier)
            self._loaded = by_tier
        return self._loaded.get(tier, ())

    async def _verification_context(
        self, context: Context, tiers: Sequence[int]
    ) -> VerificationContext:
        """What verifiers may use, made from what the hook may use."""
        judging = await judging_of(context) if tiers[-1] > 1 else Judging()
        later = [one for tier in tiers if tier > 1 for one in self._verifiers_of(tier)]
        return VerificationContext(
            task=context.task,
            checks=context.checks,
            look=CheckContext(context.workspace, self._sandbox, context.changes),
            ask_model=_asking(context),
            judging=judging,
            earlier=[one for one in context.verdicts if one is not None],
            leaves_criteria=judging.judge is not None and any(one.judges_criteria for one in later),
        )


def _asking(context: Context) -> Ask:
    """A way to ask a model that offers it no tools."""

    async def ask(
        role: ModelRole,
        messages: tuple[Message, ...],
        schema: dict[str, JsonValue] | None,
        *,
        variation: int = 0,
        max_tokens: int | None = None,
        top_logprobs: int | None = None,
    ) -> ModelResponse:
        return await context.ask_model(
            role,
            messages,
            answer_schema=schema,
            max_tokens=max_tokens,
            top_logprobs=top_logprobs,
            variation=variation,
        )

    return ask


async def _ask(
    verifier: Verifier, subtask: Subtask, outcome: Outcome, context: VerificationContext
) -> Verdict | Abstention | None:
    """One verifier's verdict; unverified when it raises or its answer makes no sense."""
    try:
        answer = await verifier.verify(subtask, outcome, context)
        if answer is None or isinstance(answer, Abstention):
            return answer
        return _accept(answer, verifier)
    except Exception as error:  # noqa: BLE001  # a plugin's failure is no verdict, and no crash
        _log.warning("verifier %s failed on %s", verifier.name, subtask.id, exc_info=error)
        reason = f"verifier {verifier.name} failed: {_describe(error)}"
        return unverified(reason, verifier=verifier.name, tier=verifier.tier)


def _accept(answer: object, verifier: Verifier) -> Verdict:
    """An answer as that verifier's verdict; unverified when it cannot be relied on."""
    if not isinstance(answer, Verdict):
        problem = f"it is a {type(answer).__name__}, not a Verdict"
    else:
        problem = _find_contradiction(answer)
        if not problem:
            return answer.model_copy(update={"verifier": verifier.name, "tier": verifier.tier})
    reason = f"the answer of verifier {verifier.name} makes no sense: {problem}"
    return unverified(reason, verifier=verifier.name, tier=verifier.tier)


def _find_contradiction(answer: Verdict) -> str:
    """Why a verdict does not follow from the evidence it cites; empty when it does."""
    if answer.status is not VerdictStatus.PASSED:
        return ""
    if not any(evidence.status is VerdictStatus.PASSED for evidence in answer.evidence):
        return "it passed without citing anything that passed"
    if any(evidence.status is VerdictStatus.FAILED for evidence in answer.evidence):
        return "it passed although evidence it cites failed"
    return ""


def _tier_confidence(verdicts: Sequence[Verdict]) -> dict[int, float]:
    """The least confidence of each tier over all verdicts, merged ones included."""
    least: dict[int, float] = {}
    for verdict in verdicts:
        for tier, value in (verdict.tier_confidence or {verdict.tier: verdict.confidence}).items():
            least[tier] = min(value, least.get(tier, 1.0))
    return least


def _has_complaint(verdict: Verdict) -> bool:
    """Whether a verdict has something to tell the next attempt."""
    return verdict.status is not VerdictStatus.PASSED and bool(verdict.feedback)


def _describe(error: Exception) -> str:
    """An exception in one line, with its kind when it says nothing."""
    return f"{type(error).__name__}: {error}".rstrip(": ")
