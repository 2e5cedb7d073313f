"""Columns of text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.cli.terminal.width import fit_width, measure_width, pad_width, wrap_width


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("", 0), ("👍", 2)]
)
def test_width_counts_columns(text, columns):
    assert measure_width(text) == columns


@given(st.text(), st.integers(0, 30))
def test_fitted_text_fits(text, columns):
    assert measure_width(fit_width(text, columns)) <= columns


def test_what_fits_stays_and_what_does_not_says_so():
    assert fit_width("hello", 5) == "hello"
    assert fit_width("hello world", 8) == "hello w…"
    assert fit_width("日本語", 5) == "日本…"


def test_padding_counts_columns():
    assert pad_width("日", 4) == "日  "


@given(st.text(alphabet=st.sampled_from("ab 日é")), st.integers(2, 20))
def test_wrapped_text_fits_and_loses_nothing(text, columns):
    text = " ".join(text.split())

    lines = wrap_width(text, columns)

    assert all(measure_width(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
