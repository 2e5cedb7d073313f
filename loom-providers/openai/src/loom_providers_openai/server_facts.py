"""What a server says of itself: its models, the window that is loaded, how much it does at once.

There is no common way to ask, so the servers' own pages are tried: llama-server's ``/props``, LM
Studio's ``/api/v0/models``, and what vLLM and llama-server add to ``/v1/models``.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from loom_core.contracts.provider import ModelInfo
from loom_core.wire import JsonObject, ServerAddress, as_count, as_list, as_object, as_text
from loom_providers_openai.http_client import HttpClient

_BATCHING_SLOTS = 8
"""For servers that take what comes into one running batch and tell no number."""
_SMALL_MODEL_PARAMETERS = 4_000_000_000
"""Below this a server's own tool calling was found worse than one JSON action."""


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What was found out; None and 0 where the server does not say."""

    models: Sequence[ModelInfo] = ()
    window: int | None = None
    slots: int = 0
    is_loaded: bool = False
    """Whether the server tells that the model is loaded; False also where it does not tell."""
    is_small: bool = False
    sees_images: bool = False
    takes_grammar: bool = False
    """Whether it is llama-server, which alone has pages that say how it generates."""


async def ask_server(client: HttpClient, address: ServerAddress, model: str) -> ServerFacts:
    """What the server says, of one model where it has several.

    Raises ``ModelUnreachable`` or ``ModelUnauthorized``.
    """
    listed, studio, props = await asyncio.gather(
        client.get(address.url + "/models"),
        client.get(address.root + "/api/v0/models"),
        client.get(address.root + "/props"),
    )
    entries = [as_object(entry) for entry in as_list(as_object(listed).get("data"))]
    loaded = [as_object(entry) for entry in as_list(as_object(studio).get("data"))]
    models = studio_models(loaded) if _is_studio(loaded) else [_listed(entry) for entry in entries]
    about = _entry(entries, model)
    properties = as_object(props)
    generation = as_object(properties.get("default_generation_settings"))
    window = as_count(generation.get("n_ctx")) or _window_in(about) or _window_of(models, model)
    parameters = as_count(as_object(about.get("meta")).get("n_params"))
    return ServerFacts(
        models=models,
        window=window or None,
        is_loaded=bool(window),  # no server tells the window of a model that is not loaded
        slots=as_count(properties.get("total_slots")) or _slots_of(about),
        is_small=0 < parameters < _SMALL_MODEL_PARAMETERS,
        takes_grammar=bool(generation),
        sees_images=_sees_images(properties, loaded, model),
    )


def studio_models(entries: Sequence[JsonObject]) -> list[ModelInfo]:
    """LM Studio's models that can chat, the loaded ones first."""
    found = [
        ModelInfo(
            name=as_text(entry.get("id")),
            is_loaded=entry.get("state") == "loaded",
            context_window=as_count(entry.get("loaded_context_length")) or None,
        )
        for entry in entries
        if as_text(entry.get("id")) and entry.get("type") in {None, "llm", "vlm"}
    ]
    return sorted(found, key=lambda model: not model.is_loaded)


def _sees_images(properties: JsonObject, studio: Sequence[JsonObject], model: str) -> bool:
    """Whether llama-server says that the model sees, or LM Studio that it is one that does."""
    if as_object(properties.get("modalities")).get("vision") is True:
        return True
    return any(entry.get("type") == "vlm" and entry.get("id") == model for entry in studio)


def _is_studio(entries: Sequence[JsonObject]) -> bool:
    """Whether a list is LM Studio's own."""
    return any("state" in entry for entry in entries)


def _listed(entry: JsonObject) -> ModelInfo:
    """One entry of ``/v1/models``."""
    return ModelInfo(name=as_text(entry.get("id")), context_window=_window_in(entry) or None)


def _entry(entries: Sequence[JsonObject], model: str) -> JsonObject:
    """The entry of a model; a server with one model answers to any name."""
    for entry in entries:
        if entry.get("id") == model:
            return entry
    return entries[0] if len(entries) == 1 else {}


def _window_in(entry: JsonObject) -> int:
    """The window in an entry of ``/v1/models``; 0 when it does not say."""
    return as_count(entry.get("max_model_len")) or as_count(entry.get("context_length"))


def _window_of(models: Sequence[ModelInfo], name: str) -> int:
    """The window in LM Studio's list; 0 when it does not say."""
    windows = [model.context_window for model in models if model.name == name]
    return (windows[0] or 0) if windows else 0


def _slots_of(entry: JsonObject) -> int:
    """Requests at once of a server that says it only by what it is; 0 when unknown."""
    return _BATCHING_SLOTS if "max_model_len" in entry else 0
