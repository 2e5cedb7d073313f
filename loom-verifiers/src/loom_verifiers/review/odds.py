"""Votes by how likely a model finds each answer: a few tokens a vote, over one shared beginning."""

import asyncio
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loom_core.contracts.context import ModelFacts
from loom_core.contracts.verifier import VerificationContext
from loom_core.types import AnswerToken, Evidence, ModelRole, Subtask, VerdictStatus
from loom_verifiers.review.diff import diff_of
from loom_verifiers.review.prompt import odds_messages
from loom_verifiers.review.reviewing import diff_budget

SURE_YES, SURE_NO = 0.75, 0.25
"""Between these probabilities of a good answer the model cannot tell."""
_MAX_TOKENS = 4
_TOP = 10
_LEAST_MASS = 0.5
"""Where yes and no together are less likely than that, the model was about to say something else."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with yes or no for its answer, and which of both is good."""

    text: str
    good: str


QUESTIONS = (
    Question("Is the job done, all of it, as it was asked for?", "yes"),
    Question("Is anything that was asked for missing or wrong?", "no"),
    Question("Would whoever asked for this accept it as it is?", "yes"),
    Question("Is there a mistake in it that has to be put right first?", "no"),
    Question("Do the changes fulfil every one of the criteria?", "yes"),
)
"""Different questions about one result. Half of them are turned round: a model that says yes to
everything contradicts itself."""


async def vote_by_odds(
    subtask: Subtask, context: VerificationContext, judge: ModelFacts
) -> list[Evidence] | None:
    """What a clear majority for the result rests on; None where there is none, or no odds are given.

    Only a pass is decided so. Who finds fault has to show it, in a review.
    """
    votes = context.judging.votes
    if votes > len(QUESTIONS) or not judge.gives_logprobs:
        return None
    look = context.look
    budget = diff_budget(judge)
    diff = await asyncio.to_thread(diff_of, look.changes, look.workspace, max_characters=budget)
    shares: list[float] = []
    for question in QUESTIONS[:votes]:
        messages = odds_messages(
            context.task, subtask, checks=context.seen, diff=diff.text, question=question.text
        )
        response = await context.ask_model(
            ModelRole.VERIFIER, messages, None, max_tokens=_MAX_TOKENS, top_logprobs=_TOP
        )
        share = share_of(question.good, response.logprobs)
        if share is None:
            return None
        shares.append(share)
    return _passed(judge.name, shares)


def share_of(good: str, tokens: Iterable[AnswerToken]) -> float | None:
    """How likely the good answer is against the other one; None when the tokens do not tell."""
    for token in tokens:
        mass = {"yes": 0.0, "no": 0.0}
        for one in token.top or (token,):
            word = one.token.strip().strip(".\"'*").lower()
            if word in mass:
                mass[word] += math.exp(one.logprob)
        total = sum(mass.values())
        if total >= _LEAST_MASS:
            return mass[good] / total
        if token.token.strip():
            return None  # it says something else
    return None


def _passed(judge: str, shares: Sequence[float]) -> list[Evidence] | None:
    """The evidence of a majority that is sure; None when there is none."""
    if sum(share >= SURE_YES for share in shares) * 2 <= len(shares):
        return None
    if any(share <= SURE_NO for share in shares):
        return None  # it contradicts itself; let it look again
    return [
        Evidence(
            check=f"{judge} was asked: {question.text}",
            status=VerdictStatus.PASSED,
            detail=f"{question.good}, with a probability of {share:.2f}",
        )
        for question, share in zip(QUESTIONS, shares, strict=False)
        if share >= SURE_YES
    ]
