import os

import pytest

from loom_core.errors import ConflictFound, PathRefused
from loom_core.workspace import moving, renaming


@pytest.fixture(params=["renameat2", "in steps"])
def any_system(request, monkeypatch):
    """With the call that Linux has for it, and without."""
    if request.param == "in steps":
        monkeypatch.setattr(renaming, "_function", lambda: None)


@pytest.mark.usefixtures("any_system")
def test_a_move_says_what_changed_file_by_file(workspace, root):
    workspace.write("src/a", b"a")
    workspace.write("src/deep/b", b"b")

    changes = workspace.move("src", "lib/x")

    assert [(change.path, change.kind) for change in changes] == [
        ("src", "deleted"),
        ("src/a", "deleted"),
        ("src/deep", "deleted"),
        ("src/deep/b", "deleted"),
        ("lib/x", "created"),
        ("lib/x/a", "created"),
        ("lib/x/deep", "created"),
        ("lib/x/deep/b", "created"),
    ]
    assert (root / "lib/x/deep/b").read_bytes() == b"b"
    assert all(
        change.before in workspace.blobs
        for change in changes
        if change.is_of_file and change.before
    )
    assert [change.parents_made for change in changes if change.parents_made] == [1]


@pytest.mark.usefixtures("any_system")
@pytest.mark.parametrize("taken", ["file", "directory"])
def test_a_taken_name_is_left_alone(workspace, root, taken):
    workspace.write("a", b"a")
    workspace.write("file", b"precious")
    workspace.write("directory/f", b"precious")

    with pytest.raises(FileExistsError):
        workspace.move("a", taken)
    with pytest.raises(FileExistsError):
        workspace.move("directory", "file")

    assert (root / "a").read_bytes() == b"a"
    assert (root / "file").read_bytes() == b"precious"


def test_files_that_are_not_as_expected_stay(workspace, root):
    workspace.write("a", b"one")
    expected = workspace.states("a")
    (root / "a").write_bytes(b"two")

    with pytest.raises(ConflictFound, match="a was changed by somebody else"):
        workspace.move("a", "b", expected=expected)

    assert [path.name for path in root.iterdir()] == ["a"]


@pytest.mark.usefixtures("any_system")
def test_what_takes_the_place_of_a_file_while_it_is_kept_is_put_back(workspace, root, monkeypatch):
    workspace.write("a", b"one")
    kept = moving.kept

    def kept_then_swapped(*arguments):
        change = kept(*arguments)
        (root / "a").unlink()
        (root / "a").symlink_to("/etc/hostname")
        return change

    monkeypatch.setattr(moving, "kept", kept_then_swapped)

    with pytest.raises(ConflictFound):
        workspace.move("a", "b")

    assert [path.name for path in root.iterdir()] == ["a"]
    assert (root / "a").is_symlink()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda at: (at / "x").symlink_to("y"), "symbolic link"),
        (lambda at: (at / ".git").mkdir(), "protected"),
        (lambda at: os.mkfifo(at / "x"), "pipe"),
        (lambda at: (at / os.fsdecode(b"\xff")).touch(), "no text"),
        (lambda at: (at / "x").touch() or os.truncate(at / "x", 65 * 1024**2), "bytes"),
    ],
    ids=["link", "git", "pipe", "name", "size"],
)
def test_what_undo_could_not_put_back_is_not_moved(workspace, root, make, reason):
    (root / "d").mkdir()
    make(root / "d")

    with pytest.raises(PathRefused, match=reason):
        workspace.move("d", "e")

    assert [path.name for path in root.iterdir()] == ["d"]


def test_more_than_is_kept_is_not_moved(workspace, root, monkeypatch):
    monkeypatch.setattr(moving, "MAX_MOVED_FILES", 2)
    for name in "abc":
        workspace.write(f"d/{name}", b"x")

    with pytest.raises(PathRefused, match="more than undo can put back"):
        workspace.move("d", "e")

    assert (root / "d/c").exists()


def test_a_directory_does_not_move_into_itself(workspace, root):
    workspace.write("d/f", b"x")

    with pytest.raises(PathRefused, match="inside of what is to be moved"):
        workspace.move("d", "d/new/e")

    assert [path.name for path in (root / "d").iterdir()] == ["f"]


def test_a_command_is_not_blamed_for_a_move(workspace):
    workspace.write("a", b"x")
    before = workspace.snapshot()

    workspace.move("a", "b")

    assert workspace.changes_since(before) == []


def test_a_file_that_is_not_as_expected_is_left_alone(workspace, root):
    workspace.write("f", b"theirs")

    with pytest.raises(ConflictFound):
        workspace.write("f", b"mine", expected="")
    with pytest.raises(ConflictFound):
        workspace.delete("f", expected="0" * 64)

    assert (root / "f").read_bytes() == b"theirs"


def test_a_new_file_never_takes_the_place_of_one_made_in_the_same_moment(
    workspace, root, monkeypatch
):
    rename = renaming.rename_in_steps

    def late(name, new_name, **where):
        (root / "f").write_bytes(b"theirs")
        rename(name, new_name, **where)

    monkeypatch.setattr(renaming, "_function", lambda: None)
    monkeypatch.setattr(renaming, "rename_in_steps", late)

    with pytest.raises(FileExistsError):
        workspace.write("f", b"mine")

    assert [(path.name, path.read_bytes()) for path in root.iterdir()] == [("f", b"theirs")]


def test_a_hard_link_is_not_read(workspace, root, tmp_path):
    (tmp_path / "secret").write_text("SECRET")
    (root / "f").hardlink_to(tmp_path / "secret")

    with pytest.raises(PathRefused, match="hard links"):
        workspace.read("f")


def test_only_an_empty_directory_is_deleted(workspace, root):
    workspace.write("full/f", b"x")
    (root / "empty").mkdir()
    count = workspace.change_count

    workspace.delete_directory("empty")
    with pytest.raises(OSError, match="not empty"):
        workspace.delete_directory("full")
    with pytest.raises(PathRefused):
        workspace.delete_directory(".git")

    assert workspace.change_count > count
    assert [path.name for path in root.iterdir()] == ["full"]
