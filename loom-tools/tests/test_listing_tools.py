import os

import pytest
from pydantic import ValidationError

from loom_core.errors import ToolFailed
from loom_tools.list_directory import ListDirectory
from loom_tools.search_files import MAX_MATCHES, SearchFiles


def put(root, path: str, content: str = "") -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(content)


async def test_the_tree_shows_directories_first(session, root):
    for path in ("b.txt", "src/deep/er/x", "src/a.py", ".git/config"):
        put(root, path)
    (root / "link").symlink_to("b.txt")

    assert (await session.call(ListDirectory)).text == (
        "src/\n  deep/\n  a.py\nb.txt\nlink (symbolic link)"
    )
    assert (await session.call(ListDirectory, path="./src", depth=1)).text == "deep/\na.py"


async def test_an_empty_directory_a_file_and_a_missing_one(session, root):
    assert (await session.call(ListDirectory)).text == "(nothing there)"
    put(root, "f")
    with pytest.raises(ToolFailed, match="is a file; use read_file"):
        await session.call(ListDirectory, path="f")
    with pytest.raises(ToolFailed, match="does not exist"):
        await session.call(ListDirectory, path="nope")
    with pytest.raises(ToolFailed, match="outside"):
        await session.call(ListDirectory, path="..")


async def test_a_long_listing_is_cut_and_odd_names_stay_on_one_line(session, root):
    for number in range(600):
        (root / f"f{number:04}").touch()
    (root / "a\nb").touch()
    (root / os.fsdecode(b"bad\xff")).touch()

    result = await session.call(ListDirectory)

    assert "a\\nb" in result.text.splitlines()
    assert result.text.splitlines()[-1].startswith("[only the first 500")
    result.model_dump_json()


async def test_names_and_contents_are_searched(session, root):
    put(root, "src/Parser.py", "import re\nclass Parser:\n")
    put(root, "notes.md", "the parser is here\n")
    put(root, ".git/x", "parser")

    result = await session.call(SearchFiles, pattern="parser")

    assert result.text == (
        "Names:\nsrc/Parser.py\nContents:\n"
        "src/Parser.py:2: class Parser:\nnotes.md:1: the parser is here"
    )
    assert "notes" not in (await session.call(SearchFiles, pattern="Parser")).text


@pytest.mark.parametrize(
    ("file_pattern", "found"),
    [
        ("*.py", ["a.py", "s/b.py"]),
        ("s/*.py", ["s/b.py"]),
        ("**/*.py", ["a.py", "s/b.py"]),
        ("*.rs", []),
    ],
)
async def test_a_file_pattern_narrows_the_search(session, root, file_pattern, found):
    for path in ("a.py", "s/b.py", "c.txt"):
        put(root, path, "needle")

    result = await session.call(SearchFiles, pattern="needle", file_pattern=file_pattern)

    lines = [line.split(":")[0] for line in result.text.splitlines() if ": needle" in line]
    assert sorted(lines) == found


async def test_the_pattern_is_plain_text(session, root):
    put(root, "a", "f(x) [0-9]+ .*\n")

    assert ":1:" in (await session.call(SearchFiles, pattern="[0-9]+ .*")).text
    assert (await session.call(SearchFiles, pattern="f.x")).text == "Nothing found for f.x."


async def test_what_cannot_be_searched_is_passed_over(session, root):
    os.mkfifo(root / "pipe")
    (root / "out").symlink_to("/etc")
    (root / "binary").write_bytes(b"needle\0")
    put(root, ".env", "KEY=needle")
    put(root, "ok", "needle")

    result = await session.call(SearchFiles, pattern="needle")

    assert result.text == (
        "Contents:\nok:1: needle\n[1 file not searched: large, unreadable or secret]"
    )


async def test_many_matches_are_cut(session, root):
    put(root, "a", "needle\n" * 1000)
    put(root, "b", "needle\n")

    result = await session.call(SearchFiles, pattern="needle")

    assert result.text.count("needle") == MAX_MATCHES
    assert "there may be more" in result.text


async def test_one_file_can_be_searched(session, root):
    put(root, "a", "needle")
    put(root, "b", "needle")

    assert "b:1" not in (await session.call(SearchFiles, pattern="needle", path="a")).text


async def test_an_empty_pattern_is_refused(session):
    with pytest.raises(ValidationError):
        await session.call(SearchFiles, pattern="")
