"""A testing kit for authors of plugins: scripted models in process and behind a real HTTP server.

``ScriptedModel`` is a provider without a server. ``ScriptedServer`` speaks the OpenAI, Ollama and
Anthropic APIs on loopback, in a thread of the test or as its own process with
``python -m loom_core.testing.server``. Both answer from the same ``Script``.
"""

from loom_core.testing.script import (
    Fault,
    FaultKind,
    NoReply,
    Reply,
    Rule,
    Script,
    ScriptedCall,
    ScriptedUsage,
)
from loom_core.testing.scripted_model import ScriptedModel
from loom_core.testing.scripted_server import RequestRecord, ScriptedServer, ServerFacts, ServerKind

__all__ = [
    "Fault",
    "FaultKind",
    "NoReply",
    "Reply",
    "RequestRecord",
    "Rule",
    "Script",
    "ScriptedCall",
    "ScriptedModel",
    "ScriptedServer",
    "ScriptedUsage",
    "ServerFacts",
    "ServerKind",
]
