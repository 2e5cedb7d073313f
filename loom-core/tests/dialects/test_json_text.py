"""JSON out of what a model wrote."""

import json

import json_repair
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.dialects.json_text import (
    MAX_REPAIR_CHARACTERS,
    MAX_STARTS,
    first_object,
    parse_object,
    without_reasoning,
)

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


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'{"a": "x\ud83d"}', {"a": "x\ufffd"}),
        (r'{"a": ["\udc00", {"\ud800": 1}]}', {"a": ["\ufffd", {"\ufffd": 1}]}),
        (r'{"a": "\ud83d\ude00"}', {"a": "\U0001f600"}),
        (r'{"a": "x\ud83d",}', {"a": "x\ufffd"}),
    ],
)
def test_half_a_character_is_replaced(text, value):
    assert value_of(text, may_repair=True) == value
    arguments = parse_object(text, may_repair=True)
    assert arguments is not None
    assert arguments.value == value


@pytest.mark.parametrize(
    "text",
    [
        *('{"a":' * n + "1" + "}" * n for n in (60, 600, 3000)),
        '{"a":[' * 3000,
        "[" * 100_000,
        "{" * 200_000,
    ],
    ids=["deep", "deeper", "nested", "nested lists", "lists", "braces"],
)
def test_no_depth_makes_it_raise(text):
    assert value_of(text, may_repair=True) is None
    assert parse_object(text, may_repair=True) is None


def test_only_so_many_places_are_tried():
    assert value_of("{" * (MAX_STARTS - 1) + TEXT) == WANTED
    assert value_of("{" * MAX_STARTS + TEXT) is None


@pytest.mark.parametrize(
    "text",
    [
        "{" * 200_000,
        '{"' * 10_000,
        "{" + 'x"' * 9_000,
        '{"a": "' + "x" * MAX_REPAIR_CHARACTERS + '",}',
        "[{" * 100 + "x" * 10_000,
    ],
    ids=["braces", "keys", "quotes", "long", "deep"],
)
def test_what_would_take_long_is_not_repaired(text, monkeypatch):
    def refuse(text):
        pytest.fail(f"{len(text)} characters went to the repair")

    monkeypatch.setattr(json_repair, "loads", refuse)

    assert value_of(text, may_repair=True) is None


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("<think>a<think>b</think>c", "c"),
        ("a<think>b</thinking>c</think>d", "ad"),
        ("<think>a</think>b<reasoning>c</reasoning>d", "bd"),
    ],
)
def test_reasoning_ends_at_the_first_mark_that_closes_it(text, rest):
    assert without_reasoning(text) == rest


@given(st.text(alphabet='{}[]",:\\abc`<think>/ \n', max_size=60))
def test_no_text_makes_it_raise(text):
    first_object(text, may_repair=True)
    parse_object(text, may_repair=True)
