import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_providers_openai.tool_calls import ToolCallAssembly


def assemble(*pieces, turn=0):
    assembly = ToolCallAssembly()
    for piece in pieces:
        assembly.add([piece])
    return assembly.calls(turn)


def piece(index=None, call_id=None, name=None, arguments=None):
    function = {"name": name, "arguments": arguments}
    made = {"index": index, "id": call_id, "function": function}
    return {key: value for key, value in made.items() if value is not None}


def test_arguments_grow_by_index():
    calls = assemble(
        piece(0, "a", "f", ""),
        piece(1, "b", "g", '{"y":'),
        piece(0, None, None, '{"x": '),
        piece(1, None, None, "2}"),
        piece(0, None, None, "1}"),
    )

    assert [(call.id, call.name, call.arguments) for call in calls] == [
        ("a", "f", '{"x": 1}'),
        ("b", "g", '{"y":2}'),
    ]


def test_every_call_with_index_0_and_its_own_id_is_a_call():
    calls = assemble(piece(0, "a", "f", "{}"), piece(0, "b", "f", "{}"))

    assert [call.id for call in calls] == ["a", "b"]


def test_missing_index_and_id_are_filled():
    calls = assemble(piece(name="f", arguments="{}"), piece(name="g", arguments="{}"), turn=3)

    assert [(call.id, call.name) for call in calls] == [("call_3_0", "f"), ("call_3_1", "g")]


def test_an_id_that_was_given_twice_is_made():
    calls = assemble(piece(0, "a", "f", "{}"), piece(1, "a", "g", "{}"), turn=2)

    assert [(call.id, call.name) for call in calls] == [("a", "f"), ("call_2_1", "g")]


def test_pieces_without_index_continue_the_last_call():
    calls = assemble(piece(name="f", arguments='{"a"'), piece(arguments=": 1}"))

    assert [call.arguments for call in calls] == ['{"a": 1}']


def test_repeated_id_and_name_do_not_start_a_call():
    calls = assemble(piece(0, "a", "f", '{"x'), piece(0, "a", "f", '": 1}'))

    assert [call.arguments for call in calls] == ['{"x": 1}']


def test_arguments_as_an_object_become_text():
    (call,) = assemble(piece(0, "a", "f", {"x": "é"}))

    assert call.arguments == '{"x": "é"}'


def test_no_arguments_are_an_empty_object():
    (call,) = assemble(piece(0, "a", "f"))

    assert call.arguments == "{}"


def test_a_call_without_a_name_is_no_call():
    assert assemble(piece(0, "a", None, "{}")) == ()


@pytest.mark.parametrize("wrong", [None, 3, "x", {}, [None], [3], [[]], [{"function": 3}]])
def test_wrong_shapes_are_passed_over(wrong):
    assembly = ToolCallAssembly()
    assembly.add(wrong)

    assert assembly.calls(0) == ()


@given(st.text(min_size=1), st.lists(st.integers(0, 40)))
def test_arguments_survive_any_cutting(text, cuts):
    arguments = json.dumps({"text": text})
    marks = [0, *sorted(min(cut, len(arguments)) for cut in cuts), len(arguments)]
    pieces = [arguments[start:end] for start, end in pairwise(marks)]

    (call,) = assemble(piece(0, "a", "f", ""), *(piece(0, arguments=part) for part in pieces))

    assert call.arguments == arguments
