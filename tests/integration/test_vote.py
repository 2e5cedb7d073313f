"""Votes of several reviews, through the real entry point."""

import math

import pytest
from reviewing import LINE, cite, verdict
from scenario import BIG_GOAL, done, model, part, plan, subtask, texts_of, write

from loom_core.testing import Reply, Rule, Script
from loom_core.types import AnswerToken, TokenLogprob

VOTING = "[verification]\ntier3_enabled = true\ntier3_vote_count = 3"
TWO = plan(
    subtask("left", verification_tier=3, criteria=["the text is about rivers"]),
    subtask("right", verification_tier=2),
)


def odds(yes, no, **when):
    """A reply of which the probabilities of yes and no are known."""
    top = tuple(
        TokenLogprob(token=word, logprob=math.log(share))
        for word, share in (("yes", yes), ("no", no))
    )
    token = AnswerToken(token="yes", logprob=top[0].logprob, top=top)
    reply = Reply(text="yes", logprobs=(token,))
    return Rule(system="Answer with one word", reply=reply, **when)


UNSURE = odds(0.5, 0.5)


def voted(place, *replies, settings=VOTING, weighing=(UNSURE,)):
    """A planner that asks for a vote on one subtask of two, and a reviewer that says this in turn."""
    worker = place.listen(
        Script(
            rules=(
                Rule(schema_text='"subtasks"', reply=TWO),
                *part("left", write("left.txt", LINE + "\n"), done()),
                *part("right", write("right.txt", LINE + "\n"), done()),
            )
        )
    )
    judge = place.listen(Script(rules=weighing, sequence=replies))
    place.configure(
        f"{settings}\n[execution]\nmax_parallel_subtasks = 1\nmax_subtask_retries = 0\nmax_replans = 0",
        small=model(worker.url, roles=["planner", "executor"], tier=2),
        large=model(judge.url, roles=["verifier"], tier=2),
    )
    return judge


def reviews(judge):
    """The bodies of the requests that asked for a review and not for one word."""
    bodies = [request.body for request in judge.requests]
    return [body for body in bodies if "one word" not in texts_of(body, "system")[0]]


def of(name, status):
    both = [cite(f"{name}.txt", about=number) for number in (1, 2)[: 2 if name == "left" else 1]]
    return verdict(status, *both, feedback="" if status == "passed" else "it is dull")


YES, NO, OPEN, RIGHT = (
    of("left", "passed"),
    of("left", "failed"),
    verdict("unverified"),
    of("right", "passed"),
)


@pytest.mark.parametrize(
    ("votes", "status", "calls"),
    [
        ((YES, YES), "passed", 4),
        ((YES, NO, YES), "passed", 5),
        ((YES, NO, NO), "failed", 5),
        ((YES, NO, OPEN), "unverified", 5),
        ((OPEN, OPEN), "unverified", 4),
    ],
)
def test_more_than_half_of_the_votes_decide(place, votes, status, calls):
    judge = voted(place, YES, *votes, RIGHT)

    finished = place.work(BIG_GOAL)

    reached = finished.of("VerdictReached", "left")[0]["verdict"]
    assert (reached["status"], reached["tier"]) == (status, 3)
    assert len(reviews(judge)) == calls
    assert any(one["check"] == "vote of 3" for one in reached["evidence"])


def test_reviews_share_their_beginning_and_votes_all_of_it(place):
    judge = voted(place, YES, YES, YES, RIGHT)

    finished = place.work(BIG_GOAL)

    assert finished.code == 0
    held = reviews(judge)
    assert len({texts_of(body, "system")[0] for body in held}) == 1
    first, *votes = [body["messages"] for body in held[:3]]
    assert votes == [first, first]
    seeds = [body.get("seed") for body in held[:3]]
    assert len(set(seeds)) == 3


def test_a_vote_is_not_held_while_the_tier_is_off(place):
    judge = voted(place, YES, RIGHT, settings="")

    finished = place.work(BIG_GOAL)

    assert (finished.code, len(judge.requests)) == (0, 2)


def test_clear_odds_are_a_vote_of_a_few_tokens(place):
    turned_round = odds(0.05, 0.95, last_user="missing or wrong")
    judge = voted(place, YES, RIGHT, weighing=(turned_round, odds(0.9, 0.1)))

    finished = place.work(BIG_GOAL)

    assert finished.code == 0
    assert len(reviews(judge)) == 2
    reached = finished.of("VerdictReached", "left")[0]["verdict"]
    assert (reached["tier"], reached["tier_confidence"]["3"]) == (3, 1.0)
    weighed = [request.body for request in judge.requests if request.body not in reviews(judge)]
    assert [body["max_tokens"] for body in weighed] == [4, 4, 4]
    shared = {texts_of(body)[-1].rpartition("## Answer")[0] for body in weighed}
    assert len(shared) == 1


def test_a_judge_that_says_yes_to_everything_has_to_review(place):
    judge = voted(place, YES, YES, YES, RIGHT, weighing=(odds(0.95, 0.05),))

    finished = place.work(BIG_GOAL)

    assert finished.code == 0
    assert len(reviews(judge)) == 4
