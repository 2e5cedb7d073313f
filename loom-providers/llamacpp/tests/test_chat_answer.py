import pytest

from loom_core.contracts.provider import ReasoningDelta, TextDelta
from loom_core.errors import BadOutput, ContextExceeded, ModelOverloaded, RequestRejected
from loom_core.types import FinishReason, Timings
from loom_providers_llamacpp.chat_answer import ChatAnswer


def piece(finish=None, **delta):
    return {"choices": [{"index": 0, "finish_reason": finish, "delta": delta}]}


def test_text_reasoning_usage_and_finish_are_put_together():
    answer = ChatAnswer("tiny")

    seen = [
        answer.add(piece(role="assistant", content=None)),
        answer.add(piece(reasoning_content="hm")),
        answer.add(piece(content="Hel")),
        answer.add(piece(content="lo")),
        answer.add(piece("stop")),
        answer.add(
            {
                "choices": [],
                "usage": {
                    "prompt_tokens": 9,
                    "completion_tokens": 2,
                    "prompt_tokens_details": {"cached_tokens": 7},
                },
            }
        ),
    ]

    response = answer.response(Timings(total_seconds=1.0))
    assert seen == [None, ReasoningDelta("hm"), TextDelta("Hel"), TextDelta("lo"), None, None]
    assert (response.text, response.reasoning) == ("Hello", "hm")
    assert (response.usage.prompt_tokens, response.usage.cached_tokens) == (9, 7)
    assert (response.usage.completion_tokens, response.usage.calls) == (2, 1)
    assert (response.model, response.timings.total_seconds) == ("tiny", 1.0)


def test_running_out_of_tokens_is_reported_as_length():
    answer = ChatAnswer("tiny")
    answer.add(piece("length", content="Hel"))

    assert answer.response(Timings()).finish_reason is FinishReason.LENGTH


def test_progress_of_the_prompt_is_no_text():
    progress = piece(role="assistant", content=None) | {
        "prompt_progress": {"total": 9, "processed": 3}
    }

    assert ChatAnswer("tiny").add(progress) is None


@pytest.mark.parametrize("finish", [None, "abort", "tool_calls"])
def test_answer_without_a_known_end_is_bad_output(finish):
    answer = ChatAnswer("tiny")
    answer.add(piece(finish, content="Hel"))

    with pytest.raises(BadOutput, match="broke off"):
        answer.response(Timings())


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (
            {"code": 400, "type": "exceed_context_size_error", "message": "too long"},
            ContextExceeded,
        ),
        (
            {"code": 500, "type": "server_error", "message": "Context size has been exceeded."},
            ContextExceeded,
        ),
        ({"code": 400, "type": "invalid_request_error", "message": "no"}, RequestRejected),
        ({"code": 500, "type": "server_error", "message": "failed to parse tool call"}, BadOutput),
        ({"code": 503, "type": "unavailable_error", "message": "loading"}, ModelOverloaded),
        ("just a word", BadOutput),
    ],
)
def test_error_pieces_become_typed_errors(error, raised):
    with pytest.raises(raised):
        ChatAnswer("tiny").add({"error": error})


@pytest.mark.parametrize(
    "junk", [{}, {"choices": "x"}, {"choices": [3]}, {"choices": [{"delta": 1}]}]
)
def test_junk_is_nothing(junk):
    assert ChatAnswer("tiny").add(junk) is None
