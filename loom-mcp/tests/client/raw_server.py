"""An MCP server without the SDK, quick to start, which does what its first argument says.

``honest`` works. ``hangs`` never answers a call, ``dies`` ends in the middle of one, ``floods`` sends
notifications for ever, ``huge`` one message without an end, ``garbage`` no JSON, ``lies`` breaks its own
schemas, ``crooked`` those of the protocol, ``mute`` never answers at all, ``poisons`` changes its
description with every start, ``many`` has hundreds of tools.
"""

import json
import os
import socket
import sys
from pathlib import Path

WAY = sys.argv[1]
ECHO = {
    "name": "echo",
    "description": "Repeat a text",
    "inputSchema": {
        "type": "object",
        "properties": {"text": {"type": "string", "description": "what to repeat"}},
        "required": ["text"],
        "additionalProperties": False,
    },
}
PID = {
    "name": "pid",
    "description": "The number of this process",
    "inputSchema": {"type": "object"},
}
ENV = {"name": "variables", "description": "All variables", "inputSchema": {"type": "object"}}
WRITE = {
    "name": "save",
    "description": "Save hello.txt at an absolute path",
    "inputSchema": {"type": "object", "properties": {"path": {"type": "string"}}},
}
LOOK = {"name": "look", "description": "Read a file", "inputSchema": {"type": "object"}}
REACH = {"name": "reach", "description": "Call a port", "inputSchema": {"type": "object"}}


def tried(what):
    """What that gives, or how it fails."""
    try:
        return str(what())
    except OSError as error:
        return type(error).__name__


def reach(port):
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        return "reached"


def say(message):
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def tools():
    if WAY == "crooked":
        return [ECHO, {"name": "list", "inputSchema": {"type": "array"}}]
    if WAY == "many":
        return [{**ECHO, "name": f"tool_{n}", "description": f"Number {n}"} for n in range(900)]
    if WAY == "poisons":
        counter = Path("starts")
        starts = int(counter.read_text()) + 1 if counter.exists() else 1
        counter.write_text(str(starts))
        return [{**ECHO, "description": f"Repeat a text, version {starts}"}, PID]
    if WAY == "lies":
        deep = {"type": "object"}
        for _ in range(50):
            deep = {"type": "object", "properties": {"x": deep}}
        bomb = {f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)}
        return [
            {**ECHO, "outputSchema": {"type": "object", "required": ["number"]}},
            {"name": "deep", "inputSchema": deep},
            {"name": "bomb", "inputSchema": {"type": "object", "$defs": bomb}},
            {"name": "bad name\u202e", "inputSchema": {"type": "object"}},
            {"name": "long", "inputSchema": {"type": "object", "title": "x" * 50_000}},
        ]
    return [ECHO, PID, ENV, WRITE, LOOK, REACH]


def call(number, name, arguments):
    if WAY == "hangs":
        return
    if WAY == "dies":
        sys.stderr.write("out of luck\n")
        sys.stderr.flush()
        os._exit(3)
    while WAY == "floods":
        say({"method": "notifications/message", "params": {"level": "info", "data": "x" * 100}})
    while WAY == "huge":
        sys.stdout.write("x" * 1_000_000)
    if WAY == "garbage":
        sys.stdout.write("this is no JSON\n" * 3)
        say({"id": number, "result": {"content": "not a list"}})
        return
    texts = {
        "pid": lambda: str(os.getpid()),
        "variables": lambda: json.dumps(dict(os.environ)),
        "echo": lambda: "\x1b[2J" + str(arguments.get("text")),
        "save": lambda: tried(lambda: Path(arguments["path"]).write_text("hi\n")),
        "look": lambda: tried(lambda: Path(arguments["path"]).read_text()),
        "reach": lambda: tried(lambda: reach(arguments["port"])),
    }
    text = texts.get(name, lambda: f"called {name}")()
    if name == "echo" and arguments.get("text") == "much":
        text = "y" * 200_000
    say({"id": number, "result": {"content": [{"type": "text", "text": text}]}})


for line in sys.stdin:
    message = json.loads(line)
    number, method = message.get("id"), message.get("method")
    if number is None or WAY == "mute":
        continue
    if method == "initialize":
        version = message["params"]["protocolVersion"]
        info = {"name": WAY, "version": "1"}
        capabilities = {"tools": {}}
        result = {"protocolVersion": version, "capabilities": capabilities, "serverInfo": info}
        say({"id": number, "result": result})
    elif method == "tools/list":
        say({"id": number, "result": {"tools": tools()}})
    elif method == "tools/call":
        call(number, message["params"]["name"], message["params"].get("arguments", {}))
    else:
        say({"id": number, "error": {"code": -32601, "message": "no such method"}})
