"""How much a model is given to read, without asking anybody."""

import json

from loom_core.types import ModelRequest

_CHARACTERS_PER_TOKEN = 4


def request_characters(request: ModelRequest) -> int:
    """About how many characters the turns and tools of a request are; pictures are left out."""
    turns = sum(
        len(message.text)
        + len(message.reasoning)
        + sum(len(call.arguments) for call in message.tool_calls)
        for message in request.messages
    )
    return turns + sum(len(json.dumps(tool.parameters)) for tool in request.tools)


def request_tokens(request: ModelRequest) -> int:
    """About how many tokens that is, on the low side."""
    return request_characters(request) // _CHARACTERS_PER_TOKEN
