"""Log-probabilities from a server through the engine to whoever asked, and into the journal."""

import json

from scenario import done, says_hi, turns

from loom_core.testing import Reply, Rule
from loom_core.types import AnswerToken, TokenLogprob

ASKING = """
    from loom_core import hookimpl
    from loom_core.types import Message, ModelRole, Role, Verdict, VerdictStatus

    class Weighing:
        @hookimpl
        async def loom_verify(self, subtask, outcome, context):
            question = [Message(role=Role.USER, text="Is it right?")]
            answer = await context.ask_model(
                ModelRole.VERIFIER, question, max_tokens=1, top_logprobs=2
            )
            odds = {one.token: one.logprob for one in answer.logprobs[0].top}
            is_right = odds["yes"] > odds["no"]
            status = VerdictStatus.PASSED if is_right else VerdictStatus.FAILED
            return Verdict(status=status, verifier="weighing", tier=2, feedback=str(odds))

    thing = Weighing()
"""


def saying(yes, no):
    top = (TokenLogprob(token="yes", logprob=yes), TokenLogprob(token="no", logprob=no))
    token = AnswerToken(token="yes", logprob=yes, top=top)
    return Rule(first_user="Is it right?", reply=Reply(text="yes", logprobs=(token,)))


def test_what_was_asked_for_is_given_and_kept(place, site):
    site.add("weighing", "loom.plugins", ASKING)
    server = place.serve(saying(-0.5, -1.0), *turns(*says_hi()))

    finished = place.work()

    assert finished.code == 0, finished.stderr
    (asked,) = [one.body for one in server.requests if one.body.get("logprobs")]
    assert (asked["top_logprobs"], asked["max_tokens"]) == (2, 1)
    kept = [call["response"]["logprobs"] for call in finished.of("ModelCallFinished")]
    (weighed,) = [tokens for tokens in kept if tokens]
    assert [one["token"] for one in weighed[0]["top"]] == ["yes", "no"]


def test_the_less_likely_answer_decides_nothing(place, site):
    site.add("weighing", "loom.plugins", ASKING)
    place.serve(saying(-2.0, -0.25), *turns(*says_hi(), done()))

    finished = place.work()

    assert finished.code != 0
    assert "'no': -0.25" in json.dumps(finished.lines)
