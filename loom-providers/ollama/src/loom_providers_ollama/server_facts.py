"""What Ollama says of a model, read from ``/api/show``, ``/api/ps`` and ``/api/tags``."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from loom_core.contracts.provider import ModelInfo
from loom_core.wire import JsonObject, as_count, as_list, as_object, as_text

_SIZE = re.compile(r"([\d.]+)\s*([KMBT])", re.IGNORECASE)
_NUM_CTX = re.compile(r"^num_ctx\s+(\d{1,9})\s*$", re.MULTILINE)
_FACTORS = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What ``/api/show`` tells of one model; 0 and True where it does not say."""

    trained_window: int = 0
    own_window: int = 0
    """``num_ctx`` in the model's own Modelfile."""
    parameters: float = 0.0
    can_chat: bool = True
    can_call_tools: bool = True
    sees_images: bool = False


def facts_in(page: object) -> ModelFacts:
    """The facts in an answer of ``/api/show``."""
    show = as_object(page)
    info = as_object(show.get("model_info"))
    windows = [as_count(value) for key, value in info.items() if key.endswith(".context_length")]
    abilities = as_list(show.get("capabilities"))
    size = as_text(as_object(show.get("details")).get("parameter_size"))
    return ModelFacts(
        trained_window=max(windows, default=0),
        own_window=_own_window(as_text(show.get("parameters"))),
        parameters=float(as_count(info.get("general.parameter_count"))) or parameters_in(size),
        can_chat=not abilities or "completion" in abilities,
        can_call_tools=not abilities or "tools" in abilities,
        sees_images="vision" in abilities,
    )


def parameters_in(size: str) -> float:
    """How many parameters ``494.03M`` or ``7.6B`` are; 0 when it cannot be read."""
    match = _SIZE.search(size)
    if match is None or match[1].count(".") > 1 or match[1] == ".":
        return 0.0
    return float(match[1]) * _FACTORS[match[2].upper()]


def _own_window(parameters: str) -> int:
    """``num_ctx`` among a model's parameters, one a line; 0 when it is not there."""
    match = _NUM_CTX.search(parameters)
    return int(match[1]) if match else 0


def models_in(tags: object, running: object) -> list[ModelInfo]:
    """The models that are installed: loaded ones first, then the most recently changed."""
    windows = loaded_windows(running)
    entries = [as_object(entry) for entry in as_list(as_object(tags).get("models"))]
    entries.sort(key=lambda entry: as_text(entry.get("modified_at")), reverse=True)
    entries.sort(key=lambda entry: full_name(_name(entry)) not in windows)
    return [_info(entry, windows) for entry in entries if _name(entry)]


def loaded_windows(running: object) -> dict[str, int]:
    """The window of each loaded model, by full name, from an answer of ``/api/ps``."""
    entries: Sequence[JsonObject] = [
        as_object(entry) for entry in as_list(as_object(running).get("models"))
    ]
    return {full_name(_name(entry)): as_count(entry.get("context_length")) for entry in entries}


def full_name(name: str) -> str:
    """A model's name with its tag: ``qwen3`` is ``qwen3:latest``."""
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def is_cloud(name: str) -> bool:
    """Whether Ollama hands the work of a model of this name on to its maker's machines."""
    return name.lower().endswith(("-cloud", ":cloud"))


def _name(entry: JsonObject) -> str:
    """The name in an entry of a list."""
    return as_text(entry.get("model")) or as_text(entry.get("name"))


def _info(entry: JsonObject, windows: dict[str, int]) -> ModelInfo:
    """An installed model."""
    name = _name(entry)
    return ModelInfo(
        name=name,
        is_loaded=full_name(name) in windows,
        size_bytes=as_count(entry.get("size")),
        context_window=windows.get(full_name(name)) or None,
    )
