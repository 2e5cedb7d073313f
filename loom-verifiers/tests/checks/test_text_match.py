"""When a text contains another."""

import pytest

from loom_verifiers.checks.text_match import contains_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, Loom!\n", "Hello, Loom!"),
        ("a  \r\nb\r\n", "a\nb"),
        ("total: 5", "5"),
        ("it is 5.", "5"),
        ("5 files", "5"),
        ("[1, 5]", "5"),
        ("print(5)", "print("),
        ("x=-5", "-5"),
        ("cafe\u0301", "caf\u00e9"),
        ("说你好世界", "你好"),
        ("Hello世界", "Hello"),
        ("name,age\n", "name,age"),
        ("Hello", " Hello \n"),
    ],
)
def test_contained(text, expected):
    assert contains_text(text, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15", "5"),
        ("51", "5"),
        ("2.5", "5"),
        ("5.2", "5"),
        ("-5", "5"),
        ("5,000", "5"),
        ("Othello", "hello"),
        ("hello", "Hello"),
        ("my_name", "name"),
        ("anything", ""),
        ("anything", " \n"),
        ("", "x"),
        ("ab", "a\nb"),
    ],
)
def test_not_contained(text, expected):
    assert not contains_text(text, expected)
