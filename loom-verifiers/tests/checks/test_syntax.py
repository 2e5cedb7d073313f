"""Checks that a file parses."""

import pytest

from loom_core.types import VerdictStatus
from loom_verifiers.checks.syntax import JsonValid, SyntaxValid

PASSED, FAILED, UNVERIFIED = VerdictStatus.PASSED, VerdictStatus.FAILED, VerdictStatus.UNVERIFIED


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.py", "def f():\n    return '\\d'\n"),
        ("a.py", "# -*- coding: latin-1 -*-\nx = 1\n"),
        ("a.pyi", "x: int\n"),
        ("a.json", '{"a": [1, null]}'),
        ("A.JSON", "\ufeff[]"),
        ("a.toml", "[a]\nb = 1\n"),
        ("a.yaml", "a: !custom [1, 2]\n"),
        ("a.yml", "---\na: 1\n---\nb: 2\n"),
    ],
)
async def test_what_parses_passes(tmp_path, look, name, content):
    (tmp_path / name).write_text(content)

    assert (await SyntaxValid().run(name, "", look)).status is PASSED


@pytest.mark.parametrize(
    ("name", "content", "hint"),
    [
        ("a.py", "def f(:\n", "line 1"),
        ("a.py", "x = 1\nreturn\n", "line 2"),
        ("a.py", "x = 1\0", "null"),
        ("a.json", '{"a": 1,}', "line 1"),
        ("a.json", "NaN", "NaN is not JSON"),
        ("a.json", "{'a': 1}", "line 1"),
        ("a.toml", "a = \n", "line 1"),
        ("a.yaml", "a: [1\n", "line 2"),
        ("a.yaml", "\t- x", "line 1"),
        ("a.toml", "a" + ".a" * 100_000 + " = 1\n", "too many parts"),
        ("a.py", "  \n", "empty"),
    ],
)
async def test_what_does_not_parse_fails_and_says_where(tmp_path, look, name, content, hint):
    (tmp_path / name).write_text(content)

    evidence = await SyntaxValid().run(name, "", look)

    assert evidence.status is FAILED
    assert hint in evidence.detail


@pytest.mark.parametrize("name", ["a.rs", "a.txt", "Makefile"])
async def test_a_kind_without_a_parser_is_unverified_not_passed(tmp_path, look, name):
    (tmp_path / name).write_text("fn main() {")

    assert (await SyntaxValid().run(name, "", look)).status is UNVERIFIED


async def test_nesting_too_deep_for_the_parser_is_unverified(tmp_path, look):
    (tmp_path / "a.json").write_text("[" * 100_000 + "]" * 100_000)

    assert (await JsonValid().run("a.json", "", look)).status is UNVERIFIED


async def test_json_is_judged_whatever_the_name(tmp_path, look):
    (tmp_path / "data").write_text("[1, 2]")
    (tmp_path / "bad.txt").write_text("[1, 2")

    assert (await JsonValid().run("data", "", look)).status is PASSED
    assert (await JsonValid().run("bad.txt", "", look)).status is FAILED
    assert (await JsonValid().run("none.json", "", look)).status is FAILED


async def test_checking_python_does_not_run_it(tmp_path, look):
    (tmp_path / "a.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")

    await SyntaxValid().run("a.py", "", look)

    assert not (tmp_path / "ran").exists()
