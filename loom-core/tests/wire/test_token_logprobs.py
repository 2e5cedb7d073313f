"""Log-probabilities as servers write them, well or badly."""

import pytest

from loom_core.types import AnswerToken, TokenLogprob
from loom_core.wire import TokenLogprobs


def read(*entries):
    tokens = TokenLogprobs()
    tokens.add(list(entries))
    return tokens.tokens


def test_a_token_is_read_with_its_alternatives_in_order():
    top = [{"token": " no", "logprob": -2}, {"token": "yes", "logprob": -0.1, "bytes": None}]

    assert read({"token": "yes", "logprob": -0.1, "top_logprobs": top}) == (
        AnswerToken(
            token="yes",
            logprob=-0.1,
            top=(TokenLogprob(token="yes", logprob=-0.1), TokenLogprob(token=" no", logprob=-2.0)),
        ),
    )


@pytest.mark.parametrize(
    ("written", "read_as"),
    [(-3.4028235e38, -9999.0), (-(10**400), -9999.0), (0.0000001, 0.0), (10**400, 0.0)],
)
def test_what_is_no_logarithm_of_a_probability_is_bounded(written, read_as):
    (token,) = read({"token": "a", "logprob": written})

    assert token.logprob == read_as


@pytest.mark.parametrize(
    "entries",
    [
        None,
        "text",
        {"token": "a"},
        [None],
        [{"token": 3, "logprob": -1}],
        [{"token": "a", "logprob": "NaN"}],
        [{"token": "a", "logprob": None}],
        [{"logprob": -1.0, "top_logprobs": [{"token": "a", "logprob": -1.0}]}],
    ],
)
def test_other_shapes_read_as_nothing(entries):
    tokens = TokenLogprobs()

    tokens.add(entries)

    assert tokens.tokens == ()


def test_alternatives_of_another_shape_are_left_out():
    top = [7, {"token": "b"}, {"token": "b", "logprob": -1.0}]

    (token,) = read({"token": "a", "logprob": -0.5, "top_logprobs": top})

    assert token.top == (TokenLogprob(token="b", logprob=-1.0),)
