"""Keeping a conversation inside the window."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.engine.window.fitting import (
    conversation_tokens,
    fit_result,
    refuse_full,
    tools_tokens,
)
from loom_core.errors import ContextExceeded
from loom_core.types import Message, Role, ToolCall, ToolSpec


@given(st.text(max_size=3000), st.integers(512, 4096))
def test_a_result_takes_at_most_a_quarter_of_the_window(text, window):
    fitted = fit_result(text, window)

    assert len(fitted) <= window / 4 * 3.2
    assert fitted == fit_result(text, window)
    assert fitted == text or len(text) > len(fitted)


def test_head_and_tail_of_a_long_result_stay_with_how_to_get_the_rest():
    fitted = fit_result("head" + "x" * 5000 + "tail", 1000)

    assert fitted.startswith("headx")
    assert fitted.endswith("xtail")
    assert "ask for a smaller part" in fitted


def test_calls_and_texts_count_and_what_the_server_counted_is_not_estimated():
    call = ToolCall(id="1", name="write", arguments="a" * 315)
    messages = [
        Message(role=Role.USER, text="u" * 3200),
        Message(role=Role.ASSISTANT, tool_calls=(call,), reasoning="r" * 9000),
        Message(role=Role.TOOL, text="t" * 320, tool_call_id="1"),
    ]

    assert conversation_tokens(messages) == 1001 + 101 + 101
    assert conversation_tokens(messages, counted=700, counted_messages=1) == 700 + 101 + 101


def test_a_conversation_that_fills_the_window_is_refused():
    refuse_full(999, "small", 1000)
    with pytest.raises(ContextExceeded, match=r"'small'.*window of 1000.*context_window"):
        refuse_full(1000, "small", 1000)


def test_tools_count_with_all_that_is_sent_of_them_and_counting_leaves_them_equal():
    schema = {"type": "object", "properties": {"path": {"type": "string"}}}
    tool, same = (
        ToolSpec(name="read", description="d" * 320, parameters=schema, essential=("path",))
        for _ in range(2)
    )

    assert tools_tokens([]) == 0
    assert (
        tools_tokens([tool])
        == (
            320
            + len(
                '{"name":"read","description":"","parameters":'
                '{"type":"object","properties":{"path":{"type":"string"}}}},'
            )
        )
        // 3.2
        + 1
    )
    assert tools_tokens([tool, same]) > 2 * tools_tokens([tool]) - 2
    assert tool == same
    assert tool.model_dump() == same.model_dump()
