"""What every provider makes of a grammar: it is enforced where that is declared, else left out."""

import re

from loom_core.dialects import TextBlocksDialect, ToolAction
from loom_core.testing import Script, ServerFacts, ServerKind
from loom_core.types import Message, ModelRequest, Role, ToolSpec

GRAMMAR = 'root ::= "kestrel" | "osprey"'
READ = ToolSpec(
    name="read_file",
    description="Show a file.",
    parameters={
        "type": "object",
        "properties": {"path": {"type": "string"}},
        "required": ["path"],
    },
    existing=("path",),
)


def asking(text, **kwargs):
    return ModelRequest(messages=(Message(role=Role.USER, text=text),), **kwargs)


async def test_a_declared_grammar_is_kept_to(talker):
    """A scripted answer keeps to nothing: of those only the declaration and the answer are looked at."""
    request = asking("Write a sentence about the sea.", answer_grammar=GRAMMAR, max_tokens=16)

    text = (await talker.complete(request)).text

    declared = (await talker.capabilities()).grammar
    assert text == "a few words that make two pieces of a stream" or declared
    if declared and not text.startswith("a few words"):
        assert text in {"kestrel", "osprey"}


async def test_a_block_of_text_comes_whole_from_a_model_under_its_grammar(talker):
    if not (await talker.capabilities()).grammar or talker.settings.model == "scripted":
        return
    dialect = TextBlocksDialect()
    grammar = dialect.answer_grammar([READ], may_end=False, files=["a.txt", "b.txt"])

    response = await talker.complete(asking("Show b.txt", answer_grammar=grammar, max_tokens=60))

    (action,) = dialect.decode(response, [READ]).actions
    assert isinstance(action, ToolAction)
    assert action.arguments["path"] in {"a.txt", "b.txt"}


async def test_only_a_server_that_takes_a_grammar_is_sent_one(remote_subject):
    facts = ServerFacts(kind=ServerKind.LLAMA_SERVER)
    provider = remote_subject.start(Script.always("osprey"), facts)
    declared = (await provider.capabilities()).grammar

    await provider.complete(asking("Which bird?", answer_grammar=GRAMMAR))

    assert declared is bool(re.match("openai", remote_subject.name))
    body = remote_subject.server.requests[-1].body
    assert body.get("grammar") == (GRAMMAR if declared else None)
