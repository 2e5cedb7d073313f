import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from loom_core.errors import ToolFailed
from loom_tools.edit_file import EditFile
from loom_tools.matching import Match, find


async def edited(session, root, before: bytes, **arguments) -> bytes:
    (root / "f.py").write_bytes(before)
    await session.call(EditFile, path="f.py", **arguments)
    return (root / "f.py").read_bytes()


async def test_an_exact_edit_returns_the_diff(session, root):
    (root / "f.py").write_text("a = 1\nb = 2\nc = 3\n")

    result = await session.call(EditFile, path="f.py", old_str="b = 2", new_str="b = 20")

    assert result.text == "Edited f.py.\n@@ -1,4 +1,4 @@\n a = 1\n-b = 2\n+b = 20\n c = 3\n "
    assert (root / "f.py").read_text() == "a = 1\nb = 20\nc = 3\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\r\nb\r\nc\r\n", b"a\r\nX\r\nY\r\nc\r\n"),
        (b"a\nb\nc", b"a\nX\nY\nc"),
        (b"caf\xe9\nb\n", b"caf\xe9\nX\nY\n"),
        ("\ufeffb\n".encode(), "\ufeffX\nY\n".encode()),
        (b"a\r\nb\nc\r\n", b"a\r\nX\nY\nc\r\n"),
    ],
    ids=["CRLF", "no final newline", "not UTF-8", "byte order mark", "mixed"],
)
async def test_the_rest_of_the_file_stays_byte_for_byte(session, root, before, after):
    assert await edited(session, root, before, old_str="b", new_str="X\nY") == after


@pytest.mark.parametrize(
    ("quoted", "expected", "note"),
    [
        (("2\t    return 1", "2\t    return 2"), "def f():\n    return 2\n", "line numbers"),
        (
            ("def f():   \n    return 1", "def g():\n    return 1"),
            "def g():\n    return 1\n",
            "ends",
        ),
        (("return 1", "return 2"), "def f():\n    return 2\n", ""),
        (("def f():\n  return 1", "def f():\n  return 2"), None, "indentation"),
        (("return   1", "return 2"), "def f():\n    return 2\n", "white space"),
    ],
)
async def test_a_place_quoted_inexactly_is_found_and_said(session, root, quoted, expected, note):
    (root / "f.py").write_text("def f():\n    return 1\n")

    result = await session.call(EditFile, path="f.py", old_str=quoted[0], new_str=quoted[1])

    assert note in result.text
    assert ("check the diff" in result.text) is bool(note)
    if expected:
        assert (root / "f.py").read_text() == expected


def test_a_replacement_is_moved_to_the_indentation_of_its_place():
    text = "class A:\n    def f(self):\n        return 1\n"

    found = find(text, "def f(self):\n    return 1\n", "def f(self):\n    x = 1\n\n    return x\n")

    assert isinstance(found, Match)
    assert text[: found.start] + found.replacement + text[found.end :] == (
        "class A:\n    def f(self):\n        x = 1\n\n        return x\n"
    )


async def test_a_text_found_twice_is_refused_with_its_lines(session, root):
    (root / "f.py").write_text("x = 1\ny = 2\nx = 1\n")

    with pytest.raises(ToolFailed, match=r"found 2 times \(lines 1, 3\)"):
        await session.call(EditFile, path="f.py", old_str="x = 1", new_str="x = 3")


async def test_a_place_that_is_only_nearly_right_must_be_the_only_one(session, root):
    (root / "f.py").write_text("if a:\n    go()\nif b:\n        go()\n")

    with pytest.raises(ToolFailed, match=r"found 2 times \(lines 2, 4\)"):
        await session.call(EditFile, path="f.py", old_str="go()\n\n", new_str="stop()")


async def test_a_text_not_found_is_told_with_the_closest_lines(session, root):
    (root / "f.py").write_text("import os\n\ndef compute(total):\n    return total\n")

    with pytest.raises(ToolFailed, match=r"closest lines are:\n3\tdef compute\(total\)"):
        await session.call(EditFile, path="f.py", old_str="def compute(totals):", new_str="x")
    with pytest.raises(ToolFailed, match="call read_file"):
        await session.call(EditFile, path="f.py", old_str="§§§§§§", new_str="x")


async def test_a_batch_is_all_or_nothing(session, root):
    (root / "f.py").write_text("a = 1\nb = 2\n")
    good, bad = {"old_str": "a = 1", "new_str": "a = 9"}, {"old_str": "nope!", "new_str": ""}

    with pytest.raises(ToolFailed, match="not changed: edit 2"):
        await session.call(EditFile, path="f.py", edits=[good, bad])
    assert (root / "f.py").read_text() == "a = 1\nb = 2\n"

    other = {"old_str": "b = 2", "new_str": "b = 8"}
    result = await session.call(EditFile, path="f.py", edits=[good, other])
    assert (root / "f.py").read_text() == "a = 9\nb = 8\n"
    assert len(result.changes) == 1


@pytest.mark.parametrize(
    ("name", "before", "parts"),
    [
        ("a.py", "x = (1)\n", ("(1)", "(1")),
        ("a.json", '{"a": 1}', ("1}", "1")),
        ("a.toml", "a = 1\n", ("= 1", "= ")),
        ("a.yaml", "a: 1\n", ("1", "[1")),
    ],
)
async def test_a_syntax_error_made_by_the_edit_is_reported(session, root, name, before, parts):
    old, new = parts
    (root / name).write_text(before)

    result = await session.call(EditFile, path=name, old_str=old, new_str=new)

    assert "does not parse any more" in result.text
    fixed = await session.call(EditFile, path=name, old_str=new, new_str=old)
    assert "parse" not in fixed.text


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"old_str": "x"},
        {"new_str": "x"},
        {"old_str": "x", "new_str": "x"},
        {"old_str": "x", "new_str": "y", "edits": [{"old_str": "x", "new_str": "y"}]},
    ],
)
async def test_arguments_that_make_no_sense_are_told(session, root, arguments):
    (root / "f").write_text("x")

    with pytest.raises(ToolFailed):
        await session.call(EditFile, path="f", **arguments)
    assert (root / "f").read_text() == "x"


async def test_empty_quotes_are_refused(session):
    with pytest.raises(ValidationError):
        await session.call(EditFile, path="f", old_str="", new_str="x")
    with pytest.raises(ValidationError):
        await session.call(EditFile, path="f", edits=[])


async def test_a_missing_and_a_binary_file_are_not_edited(session, root):
    (root / "b").write_bytes(b"\0\0")

    with pytest.raises(ToolFailed, match="does not exist"):
        await session.call(EditFile, path="missing", old_str="x", new_str="y")
    with pytest.raises(ToolFailed, match="not text"):
        await session.call(EditFile, path="b", old_str="x", new_str="y")


LINES = st.lists(st.text(st.sampled_from("ab \t1(é"), max_size=6), min_size=1, max_size=8)


@given(lines=LINES, data=st.data(), new=st.text(st.sampled_from("xy\n "), max_size=8))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_place_found_is_the_only_exact_one_or_differs_in_white_space_only(lines, data, new):
    text = "\n".join(lines)
    old = data.draw(st.text(st.sampled_from("ab \t1(é\n"), min_size=1, max_size=8))

    found = find(text, old, new)

    if isinstance(found, Match):
        place = text[found.start : found.end]
        assert 0 <= found.start <= found.end <= len(text)
        if found.note:
            assert text.count(old) == 0
            assert "".join(place.split()) in "".join(old.split())
        else:
            assert place == old
            assert text.count(old) == 1
            assert found.replacement == new
    elif text.count(old) == 1:
        pytest.fail("an exact single place was not found")
