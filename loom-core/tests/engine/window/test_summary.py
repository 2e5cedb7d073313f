"""Which turns of a conversation a summary stands for."""

import json

from loom_core.engine.window.summary import first_kept, summary_of
from loom_core.prompts import estimate_tokens
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


def test_a_summary_takes_a_small_part_of_the_window_and_keeps_the_newest_lines():
    calls = [f"call {number} {'x' * 140}" for number in range(60)]
    notes = [f"noted: {number} {'y' * 220}" for number in range(30)]

    text = summary_of(calls, notes, window=4096)

    assert estimate_tokens(text) <= 4096 * 0.16
    assert "call 59 " in text
    assert "noted: 29 " in text
    assert "call 0 " not in text
    assert "noted: 0 " not in text
    assert f"- {60 - text.count('- call ')} calls before these" in text


def test_a_summary_that_fits_is_whole():
    assert summary_of(["read(a): x"], ["noted: b"], window=8192).splitlines()[1:] == [
        "- read(a): x",
        "- noted: b",
    ]
