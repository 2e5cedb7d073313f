"""What the scripted server does with a request: finds the reply, sends it, keeps a record."""

import asyncio
import time
from collections.abc import Callable

from loom_core.testing.answer import answer_for
from loom_core.testing.apis.anthropic import AnthropicWire
from loom_core.testing.apis.ollama import OllamaWire
from loom_core.testing.apis.openai import OpenAIWire
from loom_core.testing.apis.wire import JsonObject, Wire, is_object
from loom_core.testing.delivery import deliver
from loom_core.testing.http_connection import HttpAnswer, HttpRequest
from loom_core.testing.ollama_loads import OllamaLoads
from loom_core.testing.prompt_cache import PromptCache, tokens_in
from loom_core.testing.request_record import RequestLog, RequestRecord
from loom_core.testing.script import NoReply, Script
from loom_core.testing.server_facts import ServerFacts

_WIRES: dict[str, Wire] = {
    "/v1/chat/completions": OpenAIWire(),
    "/chat/completions": OpenAIWire(),
    "/api/chat": OllamaWire(),
    "/v1/messages": AnthropicWire(),
}


class ScriptedApp:
    """The server's mind, without the sockets."""

    def __init__(
        self,
        script: Script,
        facts: ServerFacts,
        log: RequestLog,
        notify: Callable[[RequestRecord], None],
    ) -> None:
        """Answer from the script; ``notify`` is called when a record is made and when it ends."""
        self.records: list[RequestRecord] = []
        """Requests to a model, in order of arrival."""
        self.paths: list[str] = []
        """Every path that was asked for, in order."""
        self._script = script
        self._facts = facts
        self._log = log
        self._notify = notify
        self._cache = PromptCache(facts.slots)
        self._ollama = OllamaLoads(facts)
        self._sequence_index = 0

    async def serve(self, request: HttpRequest, out: HttpAnswer) -> None:
        """Answer one request."""
        self.paths.append(request.path)
        body = request.json()
        wire = _WIRES.get(request.path)
        if not self._may_enter(request):
            out.whole(401, (wire or OpenAIWire()).error("invalid key", 401))
        elif request.method == "GET":
            self._look_up(request.path, out)
        elif request.path == "/api/show" and is_object(body):
            self._show(str(body.get("model", "")), out)
        elif request.path == "/v1/messages/count_tokens" and is_object(body):
            self._count(body, out)
        elif request.path == "/api/generate" and is_object(body):
            await self._load(body, out)
        elif wire is None:
            out.whole(404, {"error": f"no such page: {request.path}"})
        elif not is_object(body):
            out.whole(400, wire.error("the body is not a JSON object", 400))
        else:
            await self._serve_chat(wire, request, body, out)

    @property
    def loads(self) -> list[tuple[str, int]]:
        """Each model that Ollama's side has loaded, with its window, in order."""
        return list(self._ollama.loads)

    def _may_enter(self, request: HttpRequest) -> bool:
        """Whether the request carries the key, when there is one."""
        key = self._facts.api_key
        given = {request.headers.get("authorization", ""), request.headers.get("x-api-key", "")}
        return not key or bool({f"Bearer {key}", key} & given)

    def _look_up(self, path: str, out: HttpAnswer) -> None:
        """Answer a GET."""
        page = self._facts.look_up(path, self._ollama.windows)
        out.whole(200 if page is not None else 404, page or {"error": f"no such page: {path}"})

    def _show(self, model: str, out: HttpAnswer) -> None:
        """Answer Ollama's question for one model."""
        page = self._facts.show(model)
        out.whole(200 if page else 404, page or {"error": f"model '{model}' not found"})

    def _count(self, body: JsonObject, out: HttpAnswer) -> None:
        """Answer Anthropic's question for the tokens of a request."""
        tokens = tokens_in(AnthropicWire().read(body).prompt) if self._facts.is_anthropic else 0
        out.whole(
            200 if tokens else 404,
            {"input_tokens": tokens} if tokens else {"error": "no such page"},
        )

    async def _load(self, body: JsonObject, out: HttpAnswer) -> None:
        """Ollama's way to have a model loaded: a prompt that is empty."""
        model = str(body.get("model", ""))
        if model not in self._facts.models:
            out.whole(404, {"error": f"model '{model}' not found"})
            return
        await self._ollama.load(model, body)
        out.whole(200, {"model": model, "response": "", "done": True, "done_reason": "load"})

    async def _serve_chat(
        self, wire: Wire, request: HttpRequest, body: JsonObject, out: HttpAnswer
    ) -> None:
        """Answer a request to the model, and keep its record."""
        record = RequestRecord(
            index=len(self.records),
            api=wire.api,
            path=request.path,
            body=body,
            headers=request.headers,
            arrived=time.time(),
        )
        self.records.append(record)
        self._log.arrived(record)
        self._notify(record)
        try:
            await self._answer(wire, body, record, out)
        except asyncio.CancelledError:
            record.cancelled = True
            raise
        finally:
            record.ended = time.time()
            record.status = out.status
            self._log.ended(record)
            self._notify(record)

    async def _answer(
        self, wire: Wire, body: JsonObject, record: RequestRecord, out: HttpAnswer
    ) -> None:
        """Find the reply and send it."""
        model = wire.model_of(body)
        if model not in self._facts.models:
            out.whole(404, wire.error(f"model '{model}' not found", 404))
            return
        if problem := wire.problem(body):
            out.whole(400, wire.error(problem, 400))
            return
        if wire.api == OllamaWire.api:
            await self._ollama.load(model, body)
        conversation = wire.read(body)
        record.turn = conversation.assistant_turns
        try:
            reply, is_sequence = self._script.reply_to(conversation, self._sequence_index)
        except NoReply as error:
            out.whole(400, wire.error(str(error), 400))
            return
        self._sequence_index += is_sequence
        answer = answer_for(reply, conversation, self._cache)
        record.prompt_tokens = answer.usage.prompt_tokens
        record.cached_tokens = answer.usage.cached_tokens
        await deliver(wire, body, reply, answer, out)
