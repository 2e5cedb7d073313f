import pytest

from loom_tools.syntax import syntax_error


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("keys.toml", "a" + ".a" * 100_000 + " = 1\n"),
        ("list.yaml", "- a\n" * 200_000),
        ("nested.json", "[" * 300_000),
        ("nested.py", "-" * 300_000 + "1"),
    ],
)
def test_text_that_parsers_take_minutes_for_or_fail_at_is_not_judged(path, text):
    assert syntax_error(path, text) == ""


def test_bytes_that_are_no_text_do_no_harm():
    assert "did not find expected" in syntax_error("a.yaml", "a: [\udcff\n")
