"""Whether a server really holds an answer to a schema, or takes the schema and lets go."""

import json

from pydantic import JsonValue

from loom_core.errors import RequestRejected
from loom_core.probing.interview import Interview, user
from loom_core.profiles import Enforcement

_CODES = ("kestrel", "osprey")
_SCHEMA: dict[str, JsonValue] = {
    "type": "object",
    "properties": {"code": {"enum": list(_CODES)}},
    "required": ["code"],
    "additionalProperties": False,
}
_PROMPTS = (
    "Write one sentence of plain English about the sea. No JSON and no braces.",
    "Answer with the single word yes, in lower case, and with nothing around it.",
)
"""What no answer under the schema can be, so that only a server that enforces it gives one."""


async def probe_schema(interview: Interview) -> Enforcement:
    """What the server makes of a schema that contradicts the prompt."""
    for prompt in _PROMPTS:
        try:
            response = await interview.ask(user(prompt), schema=_SCHEMA)
        except RequestRejected:
            return Enforcement.REFUSED
        if not (await interview.provider.capabilities()).answer_schema:
            return Enforcement.REFUSED  # the provider was refused, and asked again without it
        if not _follows(response.text):
            return Enforcement.IGNORED
    return Enforcement.ENFORCED


def _follows(text: str) -> bool:
    """Whether a text is just what the schema allows."""
    try:
        value: object = json.loads(text)
    except ValueError:
        return False
    return any(value == {"code": code} for code in _CODES)
