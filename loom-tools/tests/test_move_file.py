import os

import pytest

from loom_core.contracts.tool import Happened
from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.workspace import plan_undo
from loom_tools.edit_file import EditFile
from loom_tools.move_file import MoveFile
from loom_tools.read_file import ReadFile
from loom_tools.write_file import WriteFile


def undo(changes, workspace):
    """Put everything back, and give what was done."""
    return [workspace.carry_out(change) for change in plan_undo(changes, workspace).changes]


def files(root) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mode)
        for path in root.rglob("*")
        if path.is_file()
    }


def tree(root):
    """A directory with what is hard to keep: odd names, modes, bytes, nothing at all."""
    (root / "src/deep").mkdir(parents=True)
    (root / "src/a.py").write_bytes(b"x = 1\r\n\xff")
    (root / "src/deep/run.sh").write_text("#!/bin/sh\n")
    (root / "src/deep/run.sh").chmod(0o755)
    (root / "src/deep/new\nline 😀").write_text("odd")
    (root / "src/empty").touch()


async def test_a_file_moves_to_a_new_directory_and_undo_puts_it_back(session, root):
    (root / "a").write_bytes(b"a\r\n\xff")
    (root / "a").chmod(0o751)
    before = files(root)

    result = await session.call(MoveFile, source="./a", destination="new/deep/b")

    assert result.text == "Moved a to new/deep/b."
    assert files(root) == {"new/deep/b": before["a"]}
    workspace = session.context.workspace
    undo(result.changes, workspace)
    assert files(root) == before
    assert [path.name for path in root.iterdir()] == ["a"]


async def test_a_directory_moves_with_all_it_holds_and_undo_puts_it_back(session, root):
    tree(root)
    before = files(root)

    result = await session.call(MoveFile, source="src", destination="lib/core")

    assert files(root) == {name.replace("src", "lib/core", 1): at for name, at in before.items()}
    assert sum(change.is_of_file for change in result.changes) == 2 * len(before)
    workspace = session.context.workspace
    undone = undo(result.changes, workspace)
    assert files(root) == before
    assert [path.name for path in root.iterdir()] == ["src"]
    undo(undone, workspace)
    assert files(root) == {name.replace("src", "lib/core", 1): at for name, at in before.items()}


@pytest.mark.parametrize("taken", ["file", "directory", "empty", "link"])
async def test_what_is_there_is_never_replaced(session, root, taken):
    (root / "a").write_text("a")
    (root / "file").write_text("precious")
    (root / "directory").mkdir()
    (root / "directory/f").touch()
    (root / "empty").mkdir()
    (root / "link").symlink_to("nowhere")
    before = files(root)

    with pytest.raises(ToolFailed) as caught:
        await session.call(MoveFile, source="a", destination=taken)

    assert caught.value.category is ErrorCategory.VALIDATION
    assert files(root) == before


async def test_a_directory_as_the_destination_is_told_the_whole_path(session, root):
    (root / "a").touch()
    (root / "d").mkdir()

    with pytest.raises(ToolFailed, match="give the whole new path, such as d/a"):
        await session.call(MoveFile, source="a", destination="d")


@pytest.mark.parametrize(
    ("source", "destination"),
    [
        (".", "x"),
        ("a", "../x"),
        ("a", ".git/hooks/pre-commit"),
        ("a", "loom.toml"),
        ("a", "to_directory/x"),
        ("link", "x"),
        ("to_directory", "x"),
        ("with_git", "x"),
        ("with_link", "x"),
        ("d", "d/inside/of/itself"),
        ("pipe", "x"),
        ("gone", "x"),
    ],
)
async def test_what_is_not_moved(session, root, source, destination):
    (root / "a").touch()
    for name in ("d", "with_git/.git", "with_link"):
        (root / name).mkdir(parents=True)
    (root / "d/f").touch()
    (root / "link").symlink_to("a")
    (root / "to_directory").symlink_to("d")
    (root / "with_link/l").symlink_to("../a")
    os.mkfifo(root / "pipe")
    before = sorted(root.rglob("*"))

    with pytest.raises(ToolFailed):
        await session.call(MoveFile, source=source, destination=destination)

    assert sorted(root.rglob("*")) == before


async def test_what_was_read_may_be_written_under_its_new_name(session, root):
    (root / "a").write_text("one\n")
    await session.call(ReadFile, path="a")
    await session.call(MoveFile, source="a", destination="b")

    await session.call(EditFile, path="b", old_str="one", new_str="two")
    await session.call(WriteFile, path="b", content="three\n")

    assert (root / "b").read_text() == "three\n"


async def test_moving_unread_is_not_reading(session, root):
    (root / "a").write_text("one\n")
    await session.call(MoveFile, source="a", destination="b")

    with pytest.raises(ToolFailed, match="you have not read it"):
        await session.call(WriteFile, path="b", content="x")


@pytest.mark.parametrize(
    ("source", "destination"), [(".env", "notes.txt"), ("a", "id_rsa"), ("d", "e")]
)
async def test_renaming_secrets_asks_first(session, root, source, destination):
    (root / "d").mkdir()
    for name in (".env", "a", "d/.netrc"):
        (root / name).touch()
    tool = MoveFile()

    intent = await tool.intend(
        tool.arguments_model(source=source, destination=destination), session.context
    )

    assert intent.is_gated
    assert "secrets" in intent.reason


async def test_a_crash_around_the_move_of_a_directory_is_told_apart(session, root):
    tree(root)
    tool = MoveFile()
    arguments = tool.arguments_model(source="src", destination="lib")
    facts = (await tool.intend(arguments, session.context)).facts

    before = await tool.probe(arguments, facts, session.context)
    result = await tool.run(arguments, session.context)
    after = await tool.probe(arguments, facts, session.context)
    (root / "lib/a.py").write_text("somebody else")
    changed = await tool.probe(arguments, facts, session.context)

    assert before.happened is Happened.NOT_YET
    assert (after.happened, after.result) == (Happened.DONE, result)
    assert changed.happened is Happened.IN_DOUBT
