"""JSON out of what a model wrote."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.dialects.json_text import first_object, parse_object, without_reasoning

WANTED = {"tool": "write_file", "content": "a {b} ```c```"}
TEXT = json.dumps(WANTED)


def value_of(text, *, may_repair=False):
    found = first_object(text, may_repair=may_repair)
    return found and found.value


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"  \n{TEXT}\n",
        f"Sure, here it is: {TEXT} Anything else?",
        f"```json\n{TEXT}\n```",
        f"```\n{TEXT}\n```",
        f"<think>maybe {{'a': 1}} or {{}}</think>{TEXT}",
        f"<THINKING>\nlong\n</THINKING>\n{TEXT}",
        f"no opening mark</think>\n{TEXT}",
        f"{{not json}} and then {TEXT}",
        f"{TEXT}{json.dumps({'tool': 'second'})}",
        f"[1, 2] {TEXT}",
    ],
)
def test_the_first_object_is_found(text):
    assert value_of(text) == WANTED


@pytest.mark.parametrize(
    "text", ["", "   ", "just talk", "{", "}{", "{]", "<think>" + TEXT, "[1, 2]"]
)
def test_without_an_object_there_is_none(text):
    assert value_of(text) is None


def test_reasoning_that_never_ends_is_no_answer():
    assert without_reasoning(f"<think>hm {TEXT}") == ""


def test_broken_json_is_mended_only_where_that_is_allowed():
    broken = '{"tool": "read_file", "path": "a.txt",}'

    mended = first_object(broken, may_repair=True)

    assert value_of(broken) is None
    assert mended is not None
    assert (mended.value, mended.was_repaired) == ({"tool": "read_file", "path": "a.txt"}, True)


def test_a_cut_answer_is_not_completed_unless_mending_is_allowed():
    assert value_of('{"tool": "write_file", "content": "half of i') is None


@pytest.mark.parametrize(("text", "value"), [("", {}), ("{}", {}), ('{"a": 1}', {"a": 1})])
def test_arguments_are_one_object(text, value):
    found = parse_object(text, may_repair=False)

    assert found is not None
    assert found.value == value


@pytest.mark.parametrize("text", ["[]", "3", "null", '"text"'])
def test_arguments_that_are_no_object_are_refused(text):
    assert parse_object(text, may_repair=True) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), JSON))
def test_an_object_in_prose_comes_out_as_it_went_in(value):
    assert value_of(f"Here: {json.dumps(value)} done") == value


@given(st.text(alphabet='{}[]",:\\abc`<think>/ \n', max_size=60))
def test_no_text_makes_it_raise(text):
    first_object(text, may_repair=True)
    parse_object(text, may_repair=True)
