"""Which turns of a conversation a summary stands for."""

import json

from loom_core.engine.summary import first_kept
from loom_core.types import Image, Message, Role, ToolCall

PROMPT = [Message(role=Role.SYSTEM, text="work"), Message(role=Role.USER, text="goal")]


def exchanges(count, **answer):
    turns = [Message(role=Role.ASSISTANT, text="", **answer), Message(role=Role.USER, text="done")]
    return PROMPT + turns * count


def test_what_native_calls_take_counts_when_older_turns_are_chosen():
    content = json.dumps({"content": "x" * 3000})
    messages = exchanges(8, tool_calls=(ToolCall(id="1", name="write", arguments=content),))

    assert first_kept(messages, prompt_turns=2, window=8192) > 2


def test_pictures_count_when_older_turns_are_chosen():
    messages = exchanges(8, images=(Image(media_type="image/png", data="eA=="),))

    assert first_kept(messages, prompt_turns=2, window=8192) > 2


def test_a_short_conversation_stays_whole():
    assert first_kept(exchanges(8), prompt_turns=2, window=8192) == 2
