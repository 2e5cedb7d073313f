"""What the scripted server says of itself when asked for models, windows and health."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field, JsonValue

from loom_core.types.frozen import Frozen


class ServerKind(StrEnum):
    """Whose extra endpoints the server has beside the common ones."""

    LLAMA_SERVER = "llama_server"
    """``/props`` and ``/slots``."""
    VLLM = "vllm"
    """``max_model_len`` in ``/v1/models``."""
    LM_STUDIO = "lm_studio"
    """``/api/v0/models`` with the loaded window."""
    ANTHROPIC = "anthropic"
    """``/v1/models`` as Claude's API has it, one page for each model, and its token counts."""
    PLAIN = "plain"
    """Nothing that tells the window."""


class ServerFacts(Frozen):
    """The server behind a script."""

    kind: ServerKind = ServerKind.LLAMA_SERVER
    models: tuple[str, ...] = ("scripted",)
    """Names that it offers; any other name is not found. The first one is loaded."""
    window: Annotated[int, Field(ge=1)] = 32_768
    """Tokens of the loaded window, of one slot."""
    trained_window: Annotated[int, Field(ge=1)] = 131_072
    """Tokens that the model could take."""
    slots: Annotated[int, Field(ge=1)] = 4
    api_key: str = ""
    """When set, a request without it is refused with HTTP 401."""
    sees_images: bool = False
    """Whether its models take pictures, which all kinds but vLLM say."""
    is_ollama_loaded: bool = True
    """Whether ``/api/ps`` lists the first model."""
    load_seconds: Annotated[float, Field(ge=0)] = 0.0
    """How long Ollama's side takes to load a model, or to load it again for another window."""
    largest_window: Annotated[int | None, Field(ge=1)] = None
    """Ollama's side loads no larger window than this, whatever it is asked for; None loads any."""
    own_num_ctx: Annotated[int | None, Field(ge=1)] = None
    """``num_ctx`` in the Modelfile that ``/api/show`` tells of."""

    @property
    def is_anthropic(self) -> bool:
        """Whether it is Claude's API rather than a local server that speaks it."""
        return self.kind is ServerKind.ANTHROPIC

    def look_up(self, path: str, ollama_windows: Mapping[str, int]) -> JsonValue:
        """The answer to a GET; None when there is no such page.

        Args:
            path: what is asked for.
            ollama_windows: the window of each model that Ollama's side has loaded.
        """
        running: list[JsonValue] = [
            self._running(name, window) for name, window in ollama_windows.items()
        ]
        pages: dict[str, JsonValue] = {
            "/health": {"status": "ok"},
            "/v1/models": {"object": "list", "data": [self._openai(name) for name in self.models]},
            "/api/version": {"version": "0.99.0"},
            "/api/tags": {"models": [self._tag(name) for name in self.models]},
            "/api/ps": {"models": running},
            **self._pages_of_kind(),
        }
        return pages.get(path)

    def show(self, model: str) -> JsonValue:
        """Ollama's ``/api/show``; None for a model that is not there."""
        if model not in self.models:
            return None
        return {
            "capabilities": ["completion", "tools", *(["vision"] if self.sees_images else [])],
            "details": {"family": "scripted"},
            "parameters": f"num_ctx                {self.own_num_ctx}" if self.own_num_ctx else "",
            "model_info": {
                "general.architecture": "scripted",
                "scripted.context_length": self.trained_window,
            },
        }

    def _pages_of_kind(self) -> dict[str, JsonValue]:
        """The pages that only this kind of server has."""
        if self.kind is ServerKind.LLAMA_SERVER:
            settings: JsonValue = {"n_ctx": self.window}
            props: JsonValue = {
                "default_generation_settings": settings,
                "total_slots": self.slots,
                "modalities": {"vision": self.sees_images, "audio": False},
            }
            slots: JsonValue = [{"id": slot, "n_ctx": self.window} for slot in range(self.slots)]
            return {"/props": props, "/slots": slots}
        if self.kind is ServerKind.LM_STUDIO:
            data: JsonValue = [self._studio(name) for name in self.models]
            return {"/api/v0/models": {"object": "list", "data": data}}
        if self.is_anthropic:
            listed: dict[str, JsonValue] = {name: self._claude(name) for name in self.models}
            named = {f"/v1/models/{name}": entry for name, entry in listed.items()}
            return {"/v1/models": {"data": [*listed.values()], "has_more": False}, **named}
        return {}

    def _openai(self, name: str) -> JsonValue:
        """One entry of ``/v1/models``."""
        entry: dict[str, JsonValue] = {"id": name, "object": "model", "owned_by": "scripted"}
        if self.kind is ServerKind.VLLM:
            entry["max_model_len"] = self.window
        return entry

    def _claude(self, name: str) -> JsonValue:
        """One entry of the list of Claude's API."""
        return {
            "type": "model",
            "id": name,
            "display_name": name.title(),
            "created_at": "2026-01-01T00:00:00Z",
            "lifecycle": "active",
            "max_input_tokens": self.window,
            "max_tokens": self.window // 2,
            "capabilities": {
                "image_input": {"supported": self.sees_images},
                "structured_outputs": {"supported": True},
            },
        }

    def _studio(self, name: str) -> JsonValue:
        """One entry of LM Studio's own list."""
        entry: dict[str, JsonValue] = {
            "id": name,
            "object": "model",
            "type": "embeddings" if "embed" in name else "vlm" if self.sees_images else "llm",
            "state": "loaded" if name == self.models[0] else "not-loaded",
            "max_context_length": self.trained_window,
        }
        if name == self.models[0]:
            entry["loaded_context_length"] = self.window
        return entry

    def _tag(self, name: str) -> JsonValue:
        """One entry of ``/api/tags``, the first model being the newest."""
        day = 28 - min(27, self.models.index(name))
        return {
            "name": name,
            "model": name,
            "modified_at": f"2026-01-{day:02d}T00:00:00Z",
            "size": 1_000_000,
            "details": {"family": "bert" if "embed" in name else "scripted"},
        }

    def _running(self, name: str, window: int) -> JsonValue:
        """One entry of ``/api/ps``."""
        return {"name": name, "model": name, "size": 1_000_000, "context_length": window}
