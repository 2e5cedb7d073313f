import os

import pytest
from pydantic import ValidationError

from loom_core.errors import ErrorCategory, ToolFailed
from loom_tools.read_file import ReadFile


async def test_lines_are_numbered_and_the_file_counts_as_seen(session, root):
    (root / "a.txt").write_text("one\ntwo\n")

    result = await session.call(ReadFile, path="./a.txt")

    assert result.text == "1\tone\n2\ttwo"
    assert result.facts == {"seen": {"a.txt": session.context.workspace.sha256("a.txt")}}


async def test_a_range_is_inclusive_and_says_what_is_left_out(session, root):
    (root / "a.txt").write_text("".join(f"line {n}\n" for n in range(1, 11)))

    result = await session.call(ReadFile, path=str(root / "a.txt"), line_start=3, line_end=4)

    assert result.text == "3\tline 3\n4\tline 4\n[lines 3 to 4 of 10; go on with line_start=5]"
    assert (await session.call(ReadFile, path="a.txt", line_start=10, line_end=99)).text == (
        "10\tline 10\n[lines 10 to 10 of 10]"
    )


async def test_a_long_file_is_cut_with_how_to_go_on(session, root):
    (root / "long").write_text("x" * 99 + "\n" * 1 + ("y" * 99 + "\n") * 999)

    result = await session.call(ReadFile, path="long")

    assert len(result.text.encode()) < 31 * 1024
    last = result.text.splitlines()[-1]
    shown = int(last.split()[3])
    assert last == f"[lines 1 to {shown} of 1000; go on with line_start={shown + 1}]"


async def test_one_endless_line_is_shortened(session, root):
    (root / "min.js").write_text("x" * 1_000_000)

    result = await session.call(ReadFile, path="min.js")

    assert result.text.endswith("[... 998000 more characters]")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "(the file is empty)"),
        (b"no end", "1\tno end"),
        (b"a\r\nb\r\n", "1\ta\n2\tb"),
        (b"a\x0cb\n", "1\ta\x0cb"),
        ("emoji 😀\n".encode(), "1\temoji 😀"),
        (b"caf\xe9\n", "1\tcaf\ufffd\n[some bytes are not valid UTF-8 and are shown as \ufffd]"),
    ],
)
async def test_odd_contents_are_shown(session, root, content, text):
    (root / "f").write_bytes(content)

    result = await session.call(ReadFile, path="f")

    assert result.text == text
    result.model_dump_json()


@pytest.mark.parametrize("content", [b"\x7fELF\0\0", b"\xff\xfea"])
async def test_what_is_no_text_is_refused_with_a_way_out(session, root, content):
    (root / "f").write_bytes(content)

    with pytest.raises(ToolFailed, match=r"f is not text but .* \(\d bytes\); use shell_execute"):
        await session.call(ReadFile, path="f")


async def test_a_missing_file_is_told_with_similar_names(session, root):
    (root / "src").mkdir()
    (root / "src/main.py").write_text("")

    with pytest.raises(ToolFailed, match=r"did you mean src/main\.py") as caught:
        await session.call(ReadFile, path="main.py")
    assert caught.value.category is ErrorCategory.NOT_FOUND
    with pytest.raises(ToolFailed, match="use list_directory"):
        await session.call(ReadFile, path="zzz")


@pytest.mark.parametrize(
    ("path", "category"),
    [
        ("../x", ErrorCategory.SAFETY),
        ("/etc/passwd", ErrorCategory.SAFETY),
        ("link", ErrorCategory.SAFETY),
        ("pipe", ErrorCategory.SAFETY),
        ("d", ErrorCategory.VALIDATION),
        ("f/below", ErrorCategory.NOT_FOUND),
        ("x" * 300, ErrorCategory.VALIDATION),
        ("a\0b", ErrorCategory.SAFETY),
    ],
)
async def test_what_cannot_be_read_fails_with_its_category(session, root, path, category):
    (root / "link").symlink_to("/etc/passwd")
    os.mkfifo(root / "pipe")
    (root / "d").mkdir()
    (root / "f").write_text("")

    with pytest.raises(ToolFailed) as caught:
        await session.call(ReadFile, path=path)

    assert caught.value.category is category


async def test_wrong_ranges_are_told(session, root):
    (root / "f").write_text("1\n2\n")

    with pytest.raises(ToolFailed, match="only 2 lines"):
        await session.call(ReadFile, path="f", line_start=3)
    with pytest.raises(ToolFailed, match="before line_start"):
        await session.call(ReadFile, path="f", line_start=2, line_end=1)
    with pytest.raises(ValidationError):
        await session.call(ReadFile, path="f", line_start=0)


async def test_a_huge_file_is_refused_without_reading_it(session, root):
    with (root / "huge").open("wb") as file:
        file.truncate(10 * 1024**3)

    with pytest.raises(ToolFailed, match="more than the limit"):
        await session.call(ReadFile, path="huge")


@pytest.mark.parametrize(
    ("name", "gated"), [(".env", True), ("k.pem", True), (".env.example", False), ("a.py", False)]
)
async def test_reading_secrets_needs_an_approval(session, name, gated):
    tool = ReadFile()

    intent = await tool.intend(tool.arguments_model(path=f"d/{name}"), session.context)

    assert intent.is_gated is gated
    assert bool(intent.reason) is gated


async def test_an_earlier_result_is_read_back_by_its_name_and_is_no_file_that_was_seen(session):
    session.context.results = {"result:0123": "one\ntwo\nthree"}

    result = await session.call(ReadFile, path="result:0123", line_start=2)

    assert result.text.startswith("2\ttwo\n3\tthree")
    assert result.facts == {}
    with pytest.raises(ToolFailed) as failed:
        await session.call(ReadFile, path="result:4567")
    assert failed.value.category is ErrorCategory.NOT_FOUND


async def test_a_name_as_it_is_shown_is_answered_with_how_to_write_it(session, root):
    (root / "two\nlines.txt").write_text("x")

    with pytest.raises(ToolFailed, match="write the signs themselves"):
        await session.call(ReadFile, path="two\\nlines.txt")
