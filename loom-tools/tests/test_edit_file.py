import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from loom_core.dialects.json_action import JsonActionDialect
from loom_core.errors import ToolFailed
from loom_tools.edit_file import EditFile
from loom_tools.encoding import decoded
from loom_tools.matching import Match, find
from loom_tools.read_file import ReadFile


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
        ("\ufeffa\r\nb\r\n".encode("utf-16-le"), "\ufeffa\r\nX\r\nY\r\n".encode("utf-16-le")),
        ("\ufeffb".encode("utf-16-be"), "\ufeffX\nY".encode("utf-16-be")),
    ],
    ids=[
        "CRLF",
        "no final newline",
        "not UTF-8",
        "byte order mark",
        "mixed",
        "UTF-16",
        "UTF-16 BE",
    ],
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


async def test_replace_all_changes_every_place_and_says_so(session, root):
    (root / "f.py").write_text("x = 1\ny = x\nx = 1\n")

    with pytest.raises(ToolFailed, match="to change all 3 set replace_all to true"):
        await session.call(EditFile, path="f.py", old_str="x", new_str="total")
    result = await session.call(
        EditFile, path="f.py", old_str="x", new_str="total", replace_all=True
    )

    assert (root / "f.py").read_text() == "total = 1\ny = total\ntotal = 1\n"
    assert "replaced in 3 places (lines 1, 2, 3)." in result.text


async def test_replace_all_of_a_single_place_is_an_edit(session, root):
    (root / "f.py").write_text("x = 1\n")

    result = await session.call(EditFile, path="f.py", old_str="1", new_str="2", replace_all=True)

    assert "places" not in result.text
    assert (root / "f.py").read_text() == "x = 2\n"


def test_a_small_model_is_shown_replace_all_and_may_leave_it_out():
    (branch, *_) = JsonActionDialect().answer_schema([EditFile().spec()])["anyOf"]

    assert branch["properties"].keys() == {"tool", "path", "old_str", "new_str", "replace_all"}
    assert "replace_all" not in branch["required"]


async def test_a_file_changed_since_it_was_read_is_not_edited(session, root):
    (root / "f.py").write_text("a = 1\nb = 1\n")
    await session.call(ReadFile, path="f.py")
    (root / "f.py").write_text("a = 1\nb = 2\n")

    with pytest.raises(ToolFailed, match="changed by somebody else since you read it"):
        await session.call(EditFile, path="f.py", old_str="a = 1", new_str="a = 3")

    await session.call(ReadFile, path="f.py")
    await session.call(EditFile, path="f.py", old_str="a = 1", new_str="a = 3")
    assert (root / "f.py").read_text() == "a = 3\nb = 2\n"


async def test_quotes_and_dashes_of_another_shape_are_found(session, root):
    (root / "f.txt").write_text("She said \u201cno\u201d \u2013 twice.\n")

    result = await session.call(
        EditFile, path="f.txt", old_str='She said "no" - twice.', new_str="She agreed."
    )

    assert "shape of quotes" in result.text
    assert (root / "f.txt").read_text() == "She agreed.\n"


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
        ("a.js", "f(1);\n", ("1)", "1")),
        ("a.ts", "let a: number = 1;\n", ("= 1", "= ")),
        ("a.go", "package a\n\nfunc f() {}\n", ("{}", "{")),
        ("a.rs", "fn f() { g(1) }\n", ("(1)", "(1")),
        ("A.java", "class A { int a = 1; }\n", ("1;", "1")),
        ("a.c", "int f() { return 1; }\n", ("1;", "1")),
        ("a.cpp", "struct A { int a; };\n", ("a; }", "a; ")),
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


@given(
    lines=st.lists(st.text(st.sampled_from("ab é\t😀"), max_size=5), max_size=6),
    end=st.sampled_from(["\n", "\r\n"]),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    noise=st.binary(max_size=3),
)
def test_text_comes_back_to_the_byte(lines, end, codec, noise):
    data = end.join(lines).encode(codec) + (noise if codec.startswith("utf-8") else b"")
    if b"\0" in noise:
        return

    file = decoded(data, "f")

    assert file.encoded(file.text) == data


WORDS = st.sampled_from(["one", "two", "three", "four", "five", "six"])


@given(
    words=st.lists(WORDS, min_size=1, max_size=8),
    order=st.permutations(range(8)),
    most=st.integers(1, 8),
)
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_a_batch_is_the_same_as_its_edits_one_by_one(session, root, words, order, most):
    text = "".join(f"{word} {number}\r\n" for number, word in enumerate(words))
    chosen = [number for number in order if number < len(words)][:most]
    edits = [
        {"old_str": f"{words[number]} {number}", "new_str": f"new {number}\nline"}
        for number in chosen
    ]
    (root / "batch").write_bytes(text.encode())
    (root / "single").write_bytes(text.encode())

    await session.call(EditFile, path="batch", edits=edits)
    for edit in edits:
        await session.call(EditFile, path="single", **edit)

    expected = text
    for edit in edits:
        expected = expected.replace(edit["old_str"], edit["new_str"].replace("\n", "\r\n"))
    assert (root / "batch").read_bytes() == (root / "single").read_bytes() == expected.encode()
    session.context.seen_files.clear()


async def test_what_is_missing_is_said_with_how_to_take_text_out(session, root):
    (root / "a").write_text("x")

    with pytest.raises(ToolFailed, match='new_str is missing; to take old_str out, give ""'):
        await session.call(EditFile, path="a", old_str="x")
