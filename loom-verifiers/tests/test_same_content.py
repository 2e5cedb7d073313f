"""Contents that say the same although they are written differently, and ones that do not."""

import pytest

from loom_verifiers.same_content import normal_form

SAME = [
    ("a.json", '{"a": 1, "b": [1, 2]}', '{"b": [1,2],\n "a": 1}\n'),
    ("a.toml", 'a = 1\n[t]\nb = "x"\n', 'a=1\n\n# note\n[t]\nb = "x"'),
    ("a.yaml", "a: 1\nb: [x, y]\n", "b:\n  - x\n  - y\na: 1\n"),
    ("a.csv", "a,b\n1, 2\n", 'a,b\n1,"2"\n\n'),
    ("a.md", "# T\n\n- one\n- two\n", "T\n===\n* one\n*  two\n"),
    ("a.css", ".a { color: white; margin: 0 }", ".a{\n  margin:0;\n  color:white;\n}\n/* x */"),
    ("a.html", "<html><body><p>Hi  you</p></body></html>", "<!doctype html><p>Hi you</p>"),
    ("a.txt", "one\ntwo\n", "one  \n\ntwo"),
    ("a.ini", "[a]\nb=1\n", "# made\n[a]\nb=1\n"),
]
OTHER = [
    ("a.json", '{"a": 1}', '{"a": "1"}'),
    ("a.json", "[1, 2]", "[2, 1]"),
    ("a.toml", "a = 1", "a = 2"),
    ("a.csv", "a,b\n1,2\n", "1,2\n"),
    ("a.md", "# T\n", "## T\n"),
    ("a.md", "- [ ] one\n", "- one\n"),
    ("a.css", ".a { color: white }", "a { color: white }"),
    ("a.html", "<p>Hi</p>", "<h1>Hi</h1>"),
    ("a.txt", "one\ntwo\n", "two\none\n"),
]


@pytest.mark.parametrize(("path", "one", "other"), SAME)
def test_what_says_the_same_has_one_form(path, one, other):
    assert normal_form(path, one, is_open=False) == normal_form(path, other, is_open=False)


@pytest.mark.parametrize(("path", "one", "other"), OTHER)
def test_what_says_something_else_has_another(path, one, other):
    assert normal_form(path, one, is_open=False) != normal_form(path, other, is_open=False)


@pytest.mark.parametrize(
    ("path", "content"),
    [("a.json", "{"), ("a.toml", "a ="), ("a.yaml", "a: ["), ("a.css", "no rule")],
)
def test_what_cannot_be_read_has_none(path, content):
    assert normal_form(path, content, is_open=False) is None


def test_of_an_open_text_only_the_form_counts():
    def form(text):
        return normal_form("a.md", text, is_open=True)

    assert form("# T\nRain falls.\nAnd falls.\n- a\n- b\n") == form("# T\nSnow.\n- x\n- y\n")
    assert form("# T\nRain.\n- a\n") != form("# T\nRain.\n- a\n- b\n")
    assert form("# T\nRain.\n") != form("# U\nRain.\n")


@pytest.mark.parametrize(
    "text",
    [
        "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 60)),
        "a0: &a0 {x: 1}\n"
        + "".join(f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}\n" for i in range(1, 60)),
        "a: &a [*a]\n",
    ],
)
def test_a_few_lines_that_stand_for_more_than_fits_anywhere_are_not_compared(text):
    assert normal_form("a.yaml", text, is_open=False) is None
    assert normal_form("a.yaml", "a: &a [x]\nb: *a\n", is_open=False) is not None
