"""Three ways from a request to calls: Loom's, the server's own tools, and a plain free-text loop."""

import json
from typing import Any

from case_list import Case
from served import native_of

from loom_core.calling import choose_calls
from loom_core.contracts.provider import Provider
from loom_core.errors import BadOutput, ModelError
from loom_core.types import Message, ModelRequest, ModelResponse, Role, Sampling

Calls = list[dict[str, dict[str, Any]]]

_MAX_TOKENS = 400
_SAMPLING = Sampling(temperature=0.0)
_TEXT = (
    "You can call functions. Answer with a JSON list of calls, each "
    '{"name": NAME, "arguments": {...}}, or with [] when no function fits.\n\nFunctions:\n'
)


async def by_loom(case: Case, provider: Provider) -> Calls:
    """``loom_core.calling`` over the provider."""

    async def ask(messages: tuple[Message, ...], schema: dict[str, Any]) -> ModelResponse:
        return await _complete(provider, ModelRequest(messages=messages, answer_schema=schema))

    chosen = await choose_calls(case.request, case.tools(), ask)
    return [{call.name: json.loads(call.arguments)} for call in chosen.calls]


async def by_server(case: Case, provider: Provider) -> Calls:
    """The server's own tool calling."""
    turn = Message(role=Role.USER, text=case.request)
    server = await native_of(provider)
    try:
        response = await _complete(server, ModelRequest(messages=(turn,), tools=case.tools()))
    except BadOutput:
        return []
    finally:
        if server is not provider:
            await server.close()
    calls: Calls = []
    for call in response.tool_calls:
        try:
            calls.append({call.name: json.loads(call.arguments)})
        except ValueError:
            return []
    return calls


async def by_text(case: Case, provider: Provider) -> Calls:
    """Free text, read as strict JSON."""
    system = Message(role=Role.SYSTEM, text=_TEXT + json.dumps(case.functions))
    turn = Message(role=Role.USER, text=case.request)
    response = await _complete(provider, ModelRequest(messages=(system, turn)))
    text = response.text.strip().removeprefix("```json").removeprefix("```").removesuffix("```")
    try:
        listed = json.loads(text)
        return [{one["name"]: one["arguments"]} for one in listed]
    except (ValueError, KeyError, TypeError):
        return []


async def _complete(provider: Provider, request: ModelRequest) -> ModelResponse:
    """One answer; an answer that a server could not give is an empty one."""
    bounded = request.model_copy(update={"sampling": _SAMPLING, "max_tokens": _MAX_TOKENS})
    try:
        return await provider.complete(bounded)
    except BadOutput:
        raise
    except ModelError as error:
        raise SystemExit(f"the model cannot be asked: {error}") from error


METHODS = {"loom": by_loom, "server": by_server, "text": by_text}
