"""What no file tool may be led to do, whatever a path names."""

import asyncio
import os
import socket
from contextlib import contextmanager

import pytest

from loom_core.errors import ToolFailed
from loom_tools.delete_file import DeleteFile
from loom_tools.edit_file import EditFile
from loom_tools.move_file import MoveFile
from loom_tools.read_file import ReadFile
from loom_tools.write_file import WriteFile

CALLS = {
    "read": lambda path: (ReadFile, {"path": path}),
    "write": lambda path: (WriteFile, {"path": path, "content": "new"}),
    "edit": lambda path: (EditFile, {"path": path, "old_str": "SECRET", "new_str": "new"}),
    "delete": lambda path: (DeleteFile, {"path": path}),
    "move": lambda path: (MoveFile, {"source": path, "destination": "moved"}),
    "move here": lambda path: (MoveFile, {"source": "mine", "destination": path}),
}
WITHOUT_DESTINATION = [name for name in CALLS if name != "move here"]
NAMES = [
    "new\nline",
    "😀 smile",
    "-rf",
    "a b'\"$(x)",
    "ünï",
    "tab\there",
    "\u202etxt.exe",
    "%s{0}",
    "CON",
]


@pytest.fixture
def outside(tmp_path):
    directory = tmp_path / "outside"
    directory.mkdir()
    (directory / "f").write_text("SECRET")
    return directory


@pytest.fixture
def inside(root, outside):
    """A workspace full of ways out."""
    (root / "mine").write_text("mine")
    (root / "to_file").symlink_to(outside / "f")
    (root / "to_directory").symlink_to(outside)
    (root / "up").symlink_to("..")
    (root / "loop").symlink_to("loop")
    (root / "nowhere").symlink_to(outside / "new")
    (root / "proc").symlink_to("/proc/self/root")
    return root


def everything(directory):
    return {
        str(path.relative_to(directory)): path.read_text()
        for path in directory.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "path",
    [
        "../outside/f",
        "/etc/hostname",
        "~/f",
        "to_file",
        "to_directory/f",
        "to_directory/new",
        "up/outside/f",
        "loop",
        "loop/x",
        "nowhere",
        "proc/etc/hostname",
        "mine/below",
        "x" * 300,
        "nul\0byte",
    ],
)
async def test_no_path_leads_out(session, inside, outside, call, path):
    before, names = everything(inside), sorted(inside.iterdir())
    tool, arguments = CALLS[call](path)

    with pytest.raises(ToolFailed) as caught:
        await session.call(tool, **arguments)

    assert "SECRET" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert everything(outside) == {"f": "SECRET"}
    assert (everything(inside), sorted(inside.iterdir())) == (before, names)


@pytest.mark.parametrize("call", WITHOUT_DESTINATION)
@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
async def test_what_is_no_plain_file_is_refused_at_once(session, root, call, kind, monkeypatch):
    with special_file(root, kind, monkeypatch):
        tool, arguments = CALLS[call]("special")

        with pytest.raises(ToolFailed):
            await session.call(tool, **arguments)

        assert [path.name for path in root.iterdir()] == ["special"]


@contextmanager
def special_file(root, kind, monkeypatch):
    if kind == "pipe":
        os.mkfifo(root / "special")
    elif kind == "device":
        try:
            os.mknod(root / "special", 0o20666, os.makedev(1, 5))  # /dev/zero
        except PermissionError:
            pytest.skip("only root makes devices")
    else:
        monkeypatch.chdir(root)  # the path of a socket is short
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("special")
            yield
        return
    yield


@pytest.mark.parametrize("call", ["read", "write", "edit"])
async def test_a_hard_link_is_refused_since_its_other_name_may_be_outside(
    session, root, outside, call
):
    os.link(outside / "f", root / "linked")
    tool, arguments = CALLS[call]("linked")

    with pytest.raises(ToolFailed, match=r"several names \(hard links\)"):
        await session.call(tool, **arguments)

    assert everything(outside) == {"f": "SECRET"}


@pytest.mark.parametrize("call", ["delete", "move"])
async def test_deleting_or_moving_a_hard_link_leaves_its_other_name(session, root, outside, call):
    os.link(outside / "f", root / "linked")
    tool, arguments = CALLS[call]("linked")

    await session.call(tool, **arguments)

    assert not (root / "linked").exists()
    assert everything(outside) == {"f": "SECRET"}


@pytest.mark.parametrize("call", WITHOUT_DESTINATION)
async def test_a_file_of_10_gb_is_refused_without_reading_it(session, root, call):
    with (root / "huge").open("wb") as file:
        file.truncate(10 * 1024**3)
    tool, arguments = CALLS[call]("huge")

    with pytest.raises(ToolFailed, match=r"10,737,418,240 bytes, more than"):
        await session.call(tool, **arguments)

    assert (root / "huge").stat().st_size == 10 * 1024**3


@pytest.mark.parametrize("name", NAMES)
async def test_any_name_that_a_file_can_have_works(session, root, name):
    await session.call(WriteFile, path=name, content="one\n")
    await session.call(EditFile, path=name, old_str="one", new_str="two")
    read = await session.call(ReadFile, path=f"./{name}")
    moved = await session.call(MoveFile, source=name, destination=f"d/{name}")
    deleted = await session.call(DeleteFile, path=f"d/{name}")

    assert read.text == "1\ttwo"
    assert "\n" not in moved.text + deleted.text
    assert [path.name for path in root.iterdir()] == ["d"]


@pytest.mark.parametrize("call", ["write", "delete", "move", "move here"])
async def test_a_directory_that_may_not_be_changed_is_left_as_it_is(session, root, call):
    locked = root / "locked"
    locked.mkdir()
    (root / "mine").write_text("mine")
    (locked / "f").write_text("f")
    locked.chmod(0o555)
    path = "locked/new" if call in {"write", "move here"} else "locked/f"
    tool, arguments = CALLS[call](path)
    before = everything(root)
    await asyncio.to_thread(str)  # its modules may lie where only root can read them

    with without_privileges(root, session), pytest.raises(ToolFailed, match="may not be accessed"):
        await session.call(tool, **arguments)

    assert everything(root) == before
    locked.chmod(0o755)


@contextmanager
def without_privileges(root, session):
    """Root may do anything, so that a test as root becomes somebody else for a while."""
    if os.geteuid() != 0:
        yield
        return
    blobs = session.context.workspace.blobs.directory
    blobs.mkdir(exist_ok=True)
    for path in [root, *root.rglob("*"), blobs]:
        os.chown(path, 65534, 65534)
    parents = [path for path in root.parents if path.stat().st_uid == 0 and len(path.parts) > 2]
    modes = {path: path.stat().st_mode for path in parents}
    for path in parents:
        path.chmod(0o755)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        for path, mode in modes.items():
            path.chmod(mode)


@pytest.mark.parametrize("call", ["write", "edit", "move"])
async def test_a_full_disk_changes_nothing_and_is_said(session, root, call, monkeypatch):
    (root / "f").write_text("SECRET")
    await session.call(ReadFile, path="f")

    def full(*_: object, **__: object) -> int:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "write", full)
    tool, arguments = CALLS[call]("f")
    with pytest.raises(ToolFailed, match="No space left on device; nothing was changed"):
        await session.call(tool, **arguments)
    monkeypatch.undo()

    assert everything(root) == {"f": "SECRET"}
