"""Updates to a slow editor: in order, joined while they wait, and never one too many."""

import asyncio

from acp.helpers import update_agent_message_text, update_agent_thought_text

from loom_acp.outbox import MAX_CHUNK_CHARACTERS, Outbox
from loom_acp.spoken import Spoken
from loom_acp.tool_calls import fenced


class SlowClient:
    def __init__(self):
        self.told = []
        self.reads = asyncio.Event()

    async def session_update(self, session_id, update):
        await self.reads.wait()
        self.told.append(update)


async def test_pieces_of_one_text_wait_together():
    client = SlowClient()
    outbox = Outbox(client, "s")
    for number in range(10_000):
        outbox.put(update_agent_message_text(f"{number} "))
    outbox.put(update_agent_thought_text("hm"))
    outbox.put(update_agent_message_text("end"))
    client.reads.set()
    await outbox.flush()

    texts = [update.content.text for update in client.told]
    assert "".join(texts) == "".join(f"{number} " for number in range(10_000)) + "hmend"
    assert len(texts) < 10
    assert max(map(len, texts)) <= MAX_CHUNK_CHARACTERS


async def test_what_comes_later_is_sent_too():
    client = SlowClient()
    client.reads.set()
    outbox = Outbox(client, "s")
    outbox.put(update_agent_message_text("a"))
    await outbox.flush()
    outbox.put(update_agent_message_text("b"))
    await outbox.flush()

    assert [update.content.text for update in client.told] == ["a", "b"]


def test_block_of_a_command_cannot_be_ended_from_within():
    shown = []
    spoken = Spoken(shown.append)
    spoken.say("one\n~~~~~~~~\n[x](y)")
    spoken.say("two")
    spoken.end()
    text = "".join(shown)

    assert text.startswith("~~~~~~~~\none\n")
    assert text.endswith("two\n~~~~~~~~\n")
    assert text.count("~~~~~~~~") == 2


def test_fence_is_longer_than_any_in_the_text():
    assert fenced("a\n`````\nb").content.text == "``````\na\n`````\nb\n``````"
    assert "left out" in fenced("x" * 50_000).content.text
