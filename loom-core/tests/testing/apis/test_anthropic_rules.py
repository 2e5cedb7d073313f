"""What Claude's API refuses, the scripted server refuses too."""

import pytest

from loom_core.testing.apis.anthropic_rules import problem_of, signature_of

USER = {"role": "user", "content": "hi"}
CALL = {"type": "tool_use", "id": "c1", "name": "f", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "c1", "content": "ok"}


def body(*messages, **more):
    return {"model": "m", "max_tokens": 9, "messages": [*messages] or [USER], **more}


def said(*blocks):
    return {"role": "assistant", "content": [*blocks]}


@pytest.mark.parametrize(
    ("request_body", "problem"),
    [
        (body(temperature=0.1), "temperature: Extra inputs"),
        ({"model": "m", "messages": [USER]}, "max_tokens: Field required"),
        (body(said({"type": "text", "text": "x"})), "first message must use the user role"),
        (body({"role": "system", "content": "x"}), "first message must use the user role"),
        (body(USER, {"role": "system", "content": "x"}), "messages.1.role"),
        (body({"role": "user", "content": " "}), "non-whitespace text"),
        (body({"role": "user", "content": []}), "must not be empty"),
        (body(USER, said(CALL)), "without `tool_result`"),
        (body(USER, said(CALL), USER), "without `tool_result`"),
        (body(USER, said(CALL), said(CALL)), "without `tool_result`"),
        (
            body(USER, said({"type": "thinking", "thinking": "hm!", "signature": "x"})),
            "Invalid `signature`",
        ),
        (body(cache_control={}, system=[{"cache_control": {}}] * 4), "A maximum of 4 blocks"),
        (
            body(tools=[{"name": "f", "strict": True, "input_schema": {"type": "object"}}]),
            "tools.f: For 'object' type",
        ),
        (
            body(output_config={"format": {"schema": {"type": "string", "maxLength": 3}}}),
            "output_config.format.schema: bounds",
        ),
    ],
)
def test_what_the_api_refuses_is_refused(request_body, problem):
    assert problem in problem_of(request_body)


@pytest.mark.parametrize(
    "request_body",
    [
        body(),
        body(USER, said(CALL), {"role": "user", "content": [RESULT]}),
        body(USER, said(CALL), {"role": "user", "content": [RESULT]}, USER),
        body(
            USER,
            said({"type": "thinking", "thinking": "hm", "signature": signature_of("hm")}),
        ),
        body(tools=[{"name": "f", "input_schema": {"type": "object"}}]),
    ],
)
def test_what_the_api_takes_is_taken(request_body):
    assert problem_of(request_body) == ""
