"""How much a model is given to read, without asking anybody."""

from loom_core.types import ModelRequest

CHARACTERS_PER_TOKEN = 4
"""On the low side: with it, a prompt is taken to be longer than it is."""


def request_characters(request: ModelRequest) -> int:
    """About how many characters the turns and tools of a request are; pictures are left out."""
    characters = sum([tool.size_characters for tool in request.tools])
    for message in request.messages:
        characters += len(message.text) + len(message.reasoning)
        for call in message.tool_calls:
            characters += len(call.arguments)
    return characters
