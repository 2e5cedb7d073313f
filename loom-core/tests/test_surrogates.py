"""Halves of characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.surrogates import replace_surrogates, replace_surrogates_in


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("x\ud83d", "x\ufffd"),
        ("\udc80name.txt", "\ufffdname.txt"),
        ("\ud83dx\ude00", "\ufffdx\ufffd"),
        ("\ud83d\ude00", "\U0001f600"),
    ],
)
def test_a_half_is_replaced_and_two_that_belong_together_are_joined(text, whole):
    assert replace_surrogates(text) == whole


@given(st.text(st.characters()))
def test_every_text_can_be_stored_afterwards(text):
    replace_surrogates(text).encode()


@given(st.text())
def test_a_whole_text_stays_as_it_is(text):
    assert replace_surrogates(text) == text


def test_every_text_in_a_value_is_made_whole():
    value = {"a\ud800": ["\udfff", 1, None, {"b": "\ud83d"}]}

    assert replace_surrogates_in(value) == {"a\ufffd": ["\ufffd", 1, None, {"b": "\ufffd"}]}
