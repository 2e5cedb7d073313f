"""A model server that answers rightly, and then breaks the answer on its way out."""

import asyncio
from typing import Any

from broken_answer import Stage, Tape
from server_fault import ServerFault

from loom_core.testing import Rule, Script, ScriptedServer, ServerFacts, ServerKind
from loom_core.testing.http_connection import HttpAnswer, HttpRequest
from loom_core.testing.request_record import RequestLog
from loom_core.testing.scripted_app import ScriptedApp
from loom_core.testing.scripted_server import listen

CHAT_PATHS = {"/v1/chat/completions": "openai", "/api/chat": "ollama", "/v1/messages": "anthropic"}


class FaultyServer(ScriptedServer):
    """A scripted server whose answers have a fault: the first so many of them, or all."""

    def __init__(self, fault: ServerFault, rules: tuple[Rule, ...], *, faulty: int | None) -> None:
        change = fault.change or (lambda reply: reply)
        bad = [rule.model_copy(update={"reply": change(rule.reply)}) for rule in rules]
        facts = ServerFacts(kind=ServerKind.PLAIN)
        super().__init__(Script(rules=rules), facts=facts)
        self._fault = fault
        self._faulty = faulty
        self._asked = 0
        self._bad = ScriptedApp(Script(rules=tuple(bad)), facts, RequestLog(None), self._note)

    async def answer(self, request: HttpRequest, out: HttpAnswer) -> None:
        """Answer one request, rightly or not."""
        api = CHAT_PATHS.get(request.path)
        is_faulty = api is not None and (self._faulty is None or self._asked < self._faulty)
        self._asked += api is not None
        if api is None or not is_faulty:
            await self._app.serve(request, out)
        elif self._fault.play is None:
            await self._bad.serve(request, out)
        else:
            tape = Tape(api)
            await self._app.serve(request, tape)
            assert tape.status == 200, tape.body
            await self._fault.play(Stage(out, tape), tape)

    async def _serve(self, file: Any) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._app = ScriptedApp(self._script, self._facts, RequestLog(None), self._note)
        async with listen(self, *self._address) as port:
            self._address = (self._address[0], port)
            self._ready.set()
            await self._stop.wait()

    serve = answer
