"""Stubs for long results."""

from hypothesis import given
from hypothesis import strategies as st

from loom_core.engine.window.stubs import result_name, stub_of, with_stubs
from loom_core.types import Message, Role

LONG = "line of a file\n" * 200


@given(st.text())
def test_a_name_is_made_from_the_content_alone(text):
    assert result_name(text) == result_name(text)
    assert result_name(text) != result_name(text + "x")


def test_a_stub_is_short_the_same_each_time_and_says_how_to_get_the_rest():
    stub = stub_of("result:abc", LONG, reader="read_file")

    assert stub == stub_of("result:abc", LONG, reader="read_file")
    assert "read_file with path result:abc" in stub
    assert "line of a file" in stub
    assert len(stub) < 400


def test_without_a_tool_that_reads_results_the_call_is_to_be_made_again():
    assert "make the call again" in stub_of("result:abc", LONG, reader="")


def test_only_long_results_between_the_bounds_are_replaced_and_nothing_around_them():
    turns = [
        Message(role=Role.USER, text=f"job {LONG}"),
        Message(role=Role.TOOL, text=f"{LONG}\n\n[reminder]", tool_call_id="1"),
        Message(role=Role.TOOL, text="short", tool_call_id="2"),
        Message(role=Role.TOOL, text=LONG, tool_call_id="3"),
    ]
    name = result_name(LONG)

    made, names = with_stubs(
        turns, {name: LONG, "result:s": "short"}, first=1, last=3, reader="read_file"
    )

    assert names == [name]
    assert [made[0], made[2], made[3]] == [turns[0], turns[2], turns[3]]
    assert made[1].text.endswith("\n\n[reminder]")
    assert len(made[1].text) < 400
