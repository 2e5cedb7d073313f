import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.dialects.completeness import has_its_end
from loom_core.dialects.json_text import first_object, parse_object

WHOLE = {"path": "a {b", "edits": [{"old": 'say "hi"', "new": "it's }"}], "all": True}


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1,}',
        "{'path': 'a.txt', 'deep': {'b': [1, 2]}}",
        '{path: "a.txt"}',
        '{"a": 1} and more {',
        r'{"a": "\"}"}',
    ],
)
def test_what_is_closed_has_its_end(text):
    assert has_its_end(text)


@pytest.mark.parametrize(
    "text",
    ["{", '{"a": 1', '{"a": "b}', '{"a": "b"', '{"a": [{"b": 1}', r'{"a": "x\"}', "{'a': 'b}"],
)
def test_what_is_not_closed_was_cut_off(text):
    assert not has_its_end(text)


@given(st.integers(1, len(json.dumps(WHOLE)) - 1))
def test_nothing_is_made_of_json_that_was_cut_off(length):
    cut = json.dumps(WHOLE)[:length]

    assert not has_its_end(cut)
    assert parse_object(cut, may_repair=True) is None
    assert first_object(f"Here:\n```json\n{cut}", may_repair=True) is None or "edits" in cut


@given(st.text())
def test_any_text_is_read_without_failing(text):
    assert has_its_end(text) in {True, False}
