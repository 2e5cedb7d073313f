"""What a server says of its models: their windows, their longest answers, what they take."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from loom_core.contracts.provider import ModelInfo
from loom_core.wire import JsonObject, as_count, as_list, as_object, as_text
from loom_providers_anthropic.client import Client

_LISTED = 1000
"""Models to list; the API gives no more in one page."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What is known of a model; 0 and None where the server does not say."""

    window: int = 0
    max_tokens: int = 0
    sees_images: bool | None = None
    enforces_schema: bool | None = None


async def ask_model(client: Client, model: str) -> ModelFacts | None:
    """What the server says of a model; None when it does not know it or has no such page."""
    entry = await client.get(f"/v1/models/{quote(model, safe='')}")
    return None if entry is None else _facts(entry)


async def ask_models(client: Client) -> Sequence[ModelInfo]:
    """The models that the server offers, as it orders them: the newest first."""
    page = await client.get(f"/v1/models?limit={_LISTED}") or {}
    entries = [as_object(entry) for entry in as_list(page.get("data"))]
    return [
        ModelInfo(name=as_text(entry.get("id")), context_window=_facts(entry).window or None)
        for entry in entries
        if as_text(entry.get("id")) and entry.get("lifecycle") != "retired"
    ]


def _facts(entry: JsonObject) -> ModelFacts:
    """What an entry of the list says."""
    return ModelFacts(
        window=as_count(entry.get("max_input_tokens")),
        max_tokens=as_count(entry.get("max_tokens")),
        sees_images=_supports(entry, "image_input"),
        enforces_schema=_supports(entry, "structured_outputs"),
    )


def _supports(entry: JsonObject, name: str) -> bool | None:
    """Whether a model has a capability; None when the server does not say."""
    said = as_object(as_object(entry.get("capabilities")).get(name)).get("supported")
    return said if isinstance(said, bool) else None
