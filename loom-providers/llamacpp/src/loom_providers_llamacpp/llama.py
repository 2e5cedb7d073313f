"""A llama.cpp server inside this process, through xllamacpp."""

import importlib
import json
import logging
import secrets
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from typing import Any, Protocol
from urllib.parse import urlsplit

from loom_core.errors import ModelUnavailable
from loom_core.wire import JsonObject, as_count, as_list, as_object, as_text
from loom_providers_llamacpp.memory import available_bytes, check_memory
from loom_providers_llamacpp.plan import LoadPlan
from loom_providers_llamacpp.use_lock import UseLock

OnChunk = Callable[[JsonObject], bool]
"""Gets each piece of an answer; True cancels the request."""

_log = logging.getLogger(__name__)
_PROMPT_CACHE_MEBIBYTES = 256
_PREFILL_BATCH_TOKENS = 128
_LOOPBACK_SECONDS = 10.0
_OK = 200


class Llama(Protocol):
    """What Loom needs of a loaded model; every method blocks and may run in any thread."""

    @property
    def window(self) -> int:
        """Tokens that each request may use, as loaded."""
        ...

    def chat(self, body: JsonObject, on_chunk: OnChunk) -> None:
        """Answer an OpenAI chat request in pieces. Raises ``ValueError`` for a malformed one."""
        ...

    def count_tokens(self, messages: list[JsonObject]) -> int | None:
        """Tokens of these messages with the model's template; None when it cannot say."""
        ...

    def close(self) -> None:
        """Free the memory; no request may be running."""
        ...


class XLlama:
    """The model of a plan, loaded.

    Loading holds the interpreter's lock for a second or two, because xllamacpp does not let it go.
    """

    def __init__(self, plan: LoadPlan) -> None:
        """Load the model; takes seconds. Raises ``ModelUnavailable`` when llama.cpp cannot."""
        # 20 MB of native code without types, wanted only here
        xllamacpp: Any = importlib.import_module("xllamacpp")
        self._key = secrets.token_urlsafe(32)
        check_memory(plan, available_bytes())
        self._use = UseLock(plan.path)
        parameters = xllamacpp.CommonParams()
        _fill(parameters, plan, self._key)
        try:
            self._server: Any = xllamacpp.Server(parameters)
        except RuntimeError as error:
            self._use.release()
            raise ModelUnavailable(
                f"llama.cpp cannot load {plan.path} with a window of {plan.window} tokens for "
                f"{plan.slots} slots: it lacks memory or does not know this kind of model; try a "
                "smaller context_window, slots = 1 or another model"
            ) from error
        self._address = urlsplit(str(self._server.listening_address))
        self._window = self._loaded_window() or plan.window

    @property
    def window(self) -> int:
        """Tokens that each request may use; less than planned if the model was trained on less."""
        return self._window

    def chat(self, body: JsonObject, on_chunk: OnChunk) -> None:
        """Answer a request in pieces; returns when the last one was handed over."""
        self._server.handle_chat_completions(body, on_chunk)

    def count_tokens(self, messages: list[JsonObject]) -> int | None:
        """Tokens of these messages, asked from the server's own tokenizer over loopback."""
        prompt = as_text(self._ask("POST", "/apply-template", {"messages": messages}).get("prompt"))
        if not prompt:
            return None
        request: JsonObject = {"content": prompt, "parse_special": True}
        return len(as_list(self._ask("POST", "/tokenize", request).get("tokens"))) or None

    def close(self) -> None:
        """Unload; an error's traceback may still refer to this object, so the model goes here."""
        self._server = None
        self._use.release()

    def _loaded_window(self) -> int:
        """The window of a slot as the server says it; 0 when it does not."""
        settings = as_object(self._ask("GET", "/props").get("default_generation_settings"))
        return as_count(settings.get("n_ctx"))

    def _ask(self, method: str, path: str, body: JsonObject | None = None) -> JsonObject:
        """A request to the server's loopback port, past any proxy; empty when it fails."""
        connection = HTTPConnection(
            self._address.hostname or "", self._address.port, timeout=_LOOPBACK_SECONDS
        )
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return as_object(json.loads(response.read())) if response.status == _OK else {}
        except (OSError, HTTPException, ValueError) as error:
            _log.debug("llama.cpp did not answer %s: %s", path, error)
            return {}
        finally:
            connection.close()


def _fill(
    parameters: Any,  # xllamacpp ships no types
    plan: LoadPlan,
    key: str,
) -> None:
    """Turn a plan into llama.cpp's parameters."""
    parameters.model.path = str(plan.path)
    # Not kv_unified: with one cache for all slots, two long requests fail together after their work.
    parameters.n_ctx = plan.window * plan.slots
    parameters.n_parallel = plan.slots
    parameters.kv_unified = False
    parameters.cpuparams.n_threads = plan.decode_threads
    parameters.cpuparams_batch.n_threads = plan.prefill_threads
    parameters.n_batch = _PREFILL_BATCH_TOKENS  # a cancel and the other slots wait for one batch
    parameters.n_ubatch = _PREFILL_BATCH_TOKENS
    parameters.n_gpu_layers = 0
    parameters.cache_ram_mib = _PROMPT_CACHE_MEBIBYTES  # the default is 8 GiB
    parameters.warmup = False
    # It opens a port whether wanted or not: loopback, with a key, without a page or other origins.
    parameters.api_keys = [key]
    parameters.cors_origins = "null"
    parameters.cors_credentials = False
    parameters.ui = False
    parameters.endpoint_slots = False
    parameters.verbosity = 3 if _log.isEnabledFor(logging.DEBUG) else 0  # it writes to stderr
