import pytest

from loom_core.errors import ErrorCategory, ToolFailed
from loom_tools.read_file import ReadFile
from loom_tools.write_file import WriteFile


async def test_a_new_file_is_made_with_its_directories(session, root):
    result = await session.call(WriteFile, path="a/b.py", content="x = 1\n")

    assert (root / "a/b.py").read_text() == "x = 1\n"
    assert result.text == "Created a/b.py (1 line, 6 bytes)."
    assert [change.path for change in result.changes] == ["a/b.py"]


async def test_an_unread_file_is_not_replaced(session, root):
    (root / "f").write_text("precious")

    with pytest.raises(ToolFailed, match="read_file"):
        await session.call(WriteFile, path="f", content="new")

    assert (root / "f").read_text() == "precious"


async def test_a_read_or_written_file_is_replaced(session, root):
    (root / "f").write_text("old")
    await session.call(ReadFile, path="f")

    await session.call(WriteFile, path=str(root / "f"), content="new")
    result = await session.call(WriteFile, path="./f", content="newer")

    assert (root / "f").read_text() == "newer"
    assert session.context.workspace.blobs.get(result.changes[0].before) == b"new"


async def test_a_file_changed_since_it_was_read_is_not_replaced(session, root):
    (root / "f").write_text("old")
    await session.call(ReadFile, path="f")
    (root / "f").write_text("theirs")

    with pytest.raises(ToolFailed, match="changed by somebody else") as caught:
        await session.call(WriteFile, path="f", content="new")

    assert caught.value.category is ErrorCategory.VALIDATION
    assert (root / "f").read_text() == "theirs"


async def test_the_same_content_again_changes_nothing(session, root):
    (root / "f").write_text("same")

    result = await session.call(WriteFile, path="f", content="same")

    assert "nothing was changed" in result.text
    assert result.changes == ()


async def test_an_empty_file_may_be_filled_unread(session, root):
    (root / "f").touch()

    await session.call(WriteFile, path="f", content="x")

    assert (root / "f").read_text() == "x"


async def test_text_that_does_not_parse_is_written_with_a_warning(session, root):
    result = await session.call(WriteFile, path="a.py", content="def f(:\n")

    assert "does not parse: line 1" in result.text
    assert (root / "a.py").exists()


@pytest.mark.parametrize("path", [".git/hooks/pre-commit", "loom.toml", "../x", ".", "d"])
async def test_where_nothing_may_be_written(session, root, path):
    (root / "d").mkdir()

    with pytest.raises(ToolFailed):
        await session.call(WriteFile, path=path, content="x")

    assert [item.name for item in root.iterdir()] == ["d"]


async def test_the_preview_is_the_diff(session, root):
    (root / "f").write_text("one\ntwo\n")
    await session.call(ReadFile, path="f")
    tool = WriteFile()

    intent = await tool.intend(tool.arguments_model(path="f", content="one\n2\n"), session.context)

    assert intent.preview == "replace f\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n "
    assert (root / "f").read_text() == "one\ntwo\n"
