"""What a developer writes by hand: stream, read the file that is asked for, append, ask again.

No journal, no approval, no limits, no verification: the floor that an engine is measured against.
"""

import json
from pathlib import Path
from typing import Any

import aiohttp
import httpx

Json = dict[str, Any]


class HandConversation:
    """The turns so far, and the answer that is coming in."""

    def __init__(self, first_request: Json, workspace: Path) -> None:
        """Begin with the messages and tools of another loop's first request."""
        self.body: Json = {**first_request, "messages": list(first_request["messages"])}
        self._workspace = workspace
        self._text = ""
        self._call: Json = {}

    def take_line(self, line: str) -> None:
        """Add one line of the stream."""
        if not line.startswith("data: {"):
            return
        for choice in json.loads(line[6:])["choices"]:
            delta = choice["delta"]
            self._text += delta.get("content") or ""
            for piece in delta.get("tool_calls") or ():
                function = piece["function"]
                self._call.setdefault("id", piece.get("id"))
                self._call.setdefault("name", function.get("name"))
                arguments = self._call.get("arguments", "") + (function.get("arguments") or "")
                self._call["arguments"] = arguments

    def act(self) -> bool:
        """Run the call and append both turns; whether the conversation goes on."""
        call, self._call, text, self._text = self._call, {}, self._text, ""
        if call.get("name") != "read_file":
            return False
        function = {"name": call["name"], "arguments": call["arguments"]}
        said = {"id": call["id"], "type": "function", "function": function}
        content = (self._workspace / json.loads(call["arguments"])["path"]).read_text()
        self.body["messages"] += [
            {"role": "assistant", "content": text, "tool_calls": [said]},
            {"role": "tool", "tool_call_id": call["id"], "content": content},
        ]
        return True


async def with_httpx(url: str, conversation: HandConversation) -> None:
    """One client, streamed answers."""
    async with httpx.AsyncClient(timeout=60) as client:
        goes_on = True
        while goes_on:
            address = f"{url}/v1/chat/completions"
            async with client.stream("POST", address, json=conversation.body) as response:
                async for line in response.aiter_lines():
                    conversation.take_line(line)
            goes_on = conversation.act()


async def with_aiohttp(url: str, conversation: HandConversation) -> None:
    """One session, streamed answers."""
    async with aiohttp.ClientSession() as session:
        goes_on = True
        while goes_on:
            address = f"{url}/v1/chat/completions"
            async with session.post(address, json=conversation.body) as response:
                async for line in response.content:
                    conversation.take_line(line.decode())
            goes_on = conversation.act()
