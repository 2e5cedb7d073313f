"""Text of unknown origin on its way to a terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.sanitize import sanitize_line, sanitize_text

NASTY = st.text(alphabet=st.characters()) | st.text(
    alphabet="\x1b[]\x07\x9b\x9d\x90\\PX^_m31;2J\r\n\t\u202e\u2066\u200d\u200b\U000e0041\x00a\ud800"
)
BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def is_harmless(character: str) -> bool:
    """Judged by the Unicode tables alone, not by the list in the code under test."""
    if character in "\n\t":
        return True
    return (
        unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}
        and unicodedata.bidirectional(character) not in BIDI_CONTROLS
        and not 0xE0000 <= ord(character) <= 0xE0FFF
    )


@given(NASTY)
def test_nothing_that_acts_on_a_terminal_is_left(text: str):
    assert all(map(is_harmless, sanitize_text(text)))


@given(NASTY)
def test_sanitizing_twice_changes_nothing_more(text: str):
    once = sanitize_text(text)

    assert sanitize_text(once) == once


@given(NASTY)
def test_the_result_can_always_be_encoded(text: str):
    sanitize_text(text).encode()


@given(NASTY)
def test_a_line_has_no_line_break_of_any_kind(text: str):
    assert len(sanitize_line(text).splitlines()) <= 1


@given(st.text(alphabet=st.characters(codec="ascii", min_codepoint=32, max_codepoint=126)))
def test_plain_text_stays_as_it_is(text: str):
    assert sanitize_text(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("\x1b]52;c;ZXZpbA==\x07", "␛]52;c;ZXZpbA==␇"),
        ("a\x9bb", "a<U+009B>b"),
        ("rm \u202e/tmp", "rm <U+202E>/tmp"),
        ("safe\rrm -rf", "safe␍rm -rf"),
        ("one\r\ntwo", "one\ntwo"),
        ("a\u200db", "a<U+200D>b"),
        ("curl\u200b evil", "curl<U+200B> evil"),
        ("\x7f", "␡"),
        ("tag\U000e0041", "tag<U+E0041>"),
    ],
)
def test_what_was_hidden_is_shown(text: str, shown: str):
    assert sanitize_text(text) == shown


@pytest.mark.parametrize(
    "text", ["👩\u200d💻", "\u0645\u06cc\u200c\u062e\u0648", "日本語", "naïve", "שלום"]
)
def test_writing_of_the_world_stays_as_it_is(text: str):
    assert sanitize_text(text) == text


def test_a_line_joins_what_was_broken():
    assert sanitize_line("  one\n\ttwo \r\n three ") == "one two three"
