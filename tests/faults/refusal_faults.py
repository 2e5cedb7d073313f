"""Faults that are HTTP errors, in the words of real servers."""

import json
from typing import Any

from broken_answer import Stage, Tape
from server_fault import Ends, ServerFault


def refused(name: str, status: int, body: object = "", **how: Any) -> ServerFault:
    """Every model request is answered with this status."""
    text = body if isinstance(body, str) else json.dumps(body)
    headers = how.pop("headers", {})

    async def play(stage: Stage, tape: Tape) -> None:
        stage.refuse(status, text, **headers)

    return ServerFault(name, Ends.BADLY, play, **how)


def said(message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


NOW = {"Retry_After": "0"}
REFUSAL_FAULTS = [
    refused("bad_request", 400, said("Invalid request")),
    refused("bad_request_without_a_body", 400),
    refused(
        "schema_is_refused",
        400,
        said(
            "Failed to initialize samplers: failed to parse grammar (response_format.json_schema)"
        ),
    ),
    refused(
        "tool_schema_is_refused",
        400,
        said("tools.0.custom.input_schema: JSON schema is invalid"),
    ),
    refused("template_takes_no_tools", 400, said("registry.ollama.ai/x does not support tools")),
    refused(
        "window_is_exceeded",
        400,
        said("This model's maximum context length is 4096 tokens", code="context_length_exceeded"),
    ),
    refused("prompt_is_too_long", 400, said("prompt is too long: 215000 tokens > 200000 maximum")),
    refused("key_is_wrong", 401, said("Incorrect API key provided")),
    refused("no_money_left", 402, said("insufficient credit")),
    refused("forbidden_page", 403, "<html>Forbidden</html>"),
    refused("model_is_missing", 404, said("model 'scripted' not found")),
    refused("page_is_missing", 404, "404 page not found"),
    refused("server_gave_up_waiting", 408, said("Request timeout"), mends=False),
    refused("payload_is_too_large", 413, "Payload Too Large"),
    refused("unprocessable", 422, {"detail": [{"loc": ["body"], "msg": "field required"}]}),
    refused("busy_come_back_now", 429, said("slow down"), headers=NOW, mends=True),
    refused("busy_without_a_time", 429, said("slow down"), mends=True),
    refused(
        "busy_until_a_date",
        429,
        headers={"Retry_After": "Wed, 21 Oct 2015 07:28:00 GMT"},
        mends=True,
    ),
    refused("busy_for_an_hour", 429, headers={"Retry_After": "3600"}),
    refused("busy_for_nonsense", 429, headers={"Retry_After": "soon"}, mends=True),
    refused("internal_error", 500, said("something broke"), headers=NOW, mends=True),
    refused("internal_error_without_a_body", 500, mends=True),
    refused(
        "parser_fails_on_a_call",
        500,
        said('Failed to parse input at pos 12: <tool_call>{"name": wri', code=500),
        mends=True,
    ),
    refused(
        "parser_fails_in_ollama", 500, {"error": 'error parsing tool call: raw=\'{"a":'}, mends=True
    ),
    refused(
        "runner_was_killed",
        500,
        {"error": "llama runner process has terminated: signal: killed"},
        mends=True,
    ),
    refused("bad_gateway_page", 502, "<html>Bad Gateway</html>", headers=NOW, mends=True),
    refused(
        "model_is_loading",
        503,
        said("Loading model", code=503),
        headers=NOW,
        mends=True,
        model={"load_timeout_seconds": 2},
    ),
    refused("gateway_gave_up", 504, "upstream request timeout"),
    refused("service_is_overloaded", 529, said("Overloaded"), headers=NOW, mends=True),
    refused("unknown_status", 599, "?", mends=True),
]
