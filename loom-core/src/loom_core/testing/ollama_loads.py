"""What the scripted server's Ollama side has loaded: another window loads a model anew."""

import asyncio

from loom_core.testing.apis.wire import JsonObject, is_object
from loom_core.testing.server_facts import ServerFacts


class OllamaLoads:
    """The loaded models with their windows."""

    def __init__(self, facts: ServerFacts) -> None:
        """Start with what the facts say."""
        self._facts = facts
        self.windows = {facts.models[0]: facts.window} if facts.is_ollama_loaded else {}
        """The window of each loaded model."""
        self.loads: list[tuple[str, int]] = []
        """Every load since the start: model and window."""

    async def load(self, model: str, body: JsonObject) -> None:
        """Load the model as a request asks, if it is not loaded like that already."""
        options = body.get("options")
        wanted = options.get("num_ctx") if is_object(options) else None
        window = wanted if isinstance(wanted, int) else self.windows.get(model, self._facts.window)
        window = min(window, self._facts.largest_window or window)
        if self.windows.get(model) == window:
            return
        await asyncio.sleep(self._facts.load_seconds)
        self.windows[model] = window
        self.loads.append((model, window))
