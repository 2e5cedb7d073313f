import pytest

from loom_core.contracts.tool import Happened
from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.workspace import plan_undo
from loom_tools.delete_file import DeleteFile
from loom_tools.read_file import ReadFile


async def test_a_file_goes_and_undo_brings_it_back(session, root):
    (root / "old.bin").write_bytes(b"a\r\n\xff\0")
    (root / "old.bin").chmod(0o640)

    result = await session.call(DeleteFile, path="./old.bin")

    assert result.text == "Deleted old.bin."
    assert not (root / "old.bin").exists()
    workspace = session.context.workspace
    for change in plan_undo(result.changes, workspace).changes:
        workspace.carry_out(change)
    assert (root / "old.bin").read_bytes() == b"a\r\n\xff\0"
    assert (root / "old.bin").stat().st_mode & 0o777 == 0o640


async def test_an_empty_directory_goes_and_undo_brings_it_back(session, root):
    (root / "a/b").mkdir(parents=True)
    (root / "a/b").chmod(0o710)

    result = await session.call(DeleteFile, path="a/b")

    assert [path.name for path in root.rglob("*")] == ["a"]
    workspace = session.context.workspace
    for change in plan_undo(result.changes, workspace).changes:
        workspace.carry_out(change)
    assert (root / "a/b").stat().st_mode & 0o777 == 0o710


@pytest.mark.parametrize("name", ["f", ".hidden", "ignored.log"])
async def test_a_directory_with_content_stays(session, root, name):
    (root / ".gitignore").write_text("*.log\n")
    (root / "d").mkdir()
    (root / "d" / name).write_text("x")

    with pytest.raises(ToolFailed, match="delete or move what is in it first") as caught:
        await session.call(DeleteFile, path="d")

    assert caught.value.category is ErrorCategory.VALIDATION
    assert (root / "d" / name).exists()


@pytest.mark.parametrize(
    ("path", "category"),
    [
        (".", ErrorCategory.SAFETY),
        ("d/..", ErrorCategory.SAFETY),
        (".git", ErrorCategory.SAFETY),
        ("d/.git", ErrorCategory.SAFETY),
        ("loom.toml", ErrorCategory.SAFETY),
        ("link", ErrorCategory.SAFETY),
        ("to_directory", ErrorCategory.SAFETY),
        ("to_directory/f", ErrorCategory.SAFETY),
        ("gone", ErrorCategory.NOT_FOUND),
    ],
)
async def test_what_is_not_deleted(session, root, path, category):
    for name in (".git", "d", "d/.git"):
        (root / name).mkdir()
    (root / "loom.toml").touch()
    (root / "d/f").touch()
    (root / "link").symlink_to("d/f")
    (root / "to_directory").symlink_to("d")
    before = sorted(root.rglob("*"))

    with pytest.raises(ToolFailed) as caught:
        await session.call(DeleteFile, path=path)

    assert caught.value.category is category
    assert sorted(root.rglob("*")) == before


async def test_a_file_changed_since_it_was_read_stays(session, root):
    (root / "f").write_text("old")
    await session.call(ReadFile, path="f")
    (root / "f").write_text("theirs")

    with pytest.raises(ToolFailed, match="changed by somebody else"):
        await session.call(DeleteFile, path="f")

    assert (root / "f").read_text() == "theirs"


async def test_only_secrets_ask_first_since_the_rest_comes_back(session, root):
    (root / "f").touch()
    (root / ".env").touch()
    tool = DeleteFile()

    plain = await tool.intend(tool.arguments_model(path="f"), session.context)
    secret = await tool.intend(tool.arguments_model(path=".env"), session.context)

    assert plain.preview == "delete f (0 bytes)"
    assert not plain.is_gated
    assert secret.is_gated


async def test_a_crash_around_the_deletion_of_a_directory_is_told_apart(session, root):
    (root / "d").mkdir()
    tool = DeleteFile()
    arguments = tool.arguments_model(path="d")
    facts = (await tool.intend(arguments, session.context)).facts

    before = await tool.probe(arguments, facts, session.context)
    result = await tool.run(arguments, session.context)
    after = await tool.probe(arguments, facts, session.context)

    assert before.happened is Happened.NOT_YET
    assert (after.happened, after.result) == (Happened.DONE, result)
