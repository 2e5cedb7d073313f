import hashlib
import os
import socket
from pathlib import Path

import pytest

from loom_core.errors import PathRefused, WorkspaceError
from loom_core.types import ChangeKind
from loom_core.workspace import BlobStore, Workspace, beneath


@pytest.fixture(params=["kernel", "by component"])
def either_way(request, monkeypatch):
    # The second way is for systems without openat2, which this one may have.
    if request.param == "by component":
        monkeypatch.setattr(beneath, "_has_openat2", lambda: False)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_missing_root_is_refused(tmp_path):
    with pytest.raises(WorkspaceError, match="does not exist"):
        Workspace(tmp_path / "missing")


def test_a_file_is_no_root(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(WorkspaceError, match="not a directory"):
        Workspace(tmp_path / "file")


def test_an_unwritable_root_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere

    with pytest.raises(WorkspaceError, match="not writable"):
        Workspace(tmp_path)


def test_a_new_file_is_written_with_its_directories(workspace, root):
    change = workspace.write("a/b/c.txt", b"hello")

    assert (root / "a/b/c.txt").read_bytes() == b"hello"
    assert change.kind is ChangeKind.CREATED
    assert (change.path, change.before, change.after) == ("a/b/c.txt", "", sha(b"hello"))
    assert [path.name for path in (root / "a/b").iterdir()] == ["c.txt"]


def test_replacing_keeps_the_content_before_and_the_mode(workspace, root):
    (root / "run.sh").write_bytes(b"old")
    (root / "run.sh").chmod(0o750)

    change = workspace.write(str(root / "run.sh"), b"new")

    assert change.kind is ChangeKind.MODIFIED
    assert change.mode == 0o750
    assert workspace.permissions("run.sh") == 0o750
    assert workspace.blobs.get(change.before) == b"old"


def test_deleting_keeps_the_content(workspace, root):
    (root / "x").write_bytes(b"old")

    change = workspace.delete("x")

    assert not (root / "x").exists()
    assert change.kind is ChangeKind.DELETED
    assert workspace.blobs.get(change.before) == b"old"


def test_without_blobs_a_change_is_not_recoverable(root):
    (root / "x").write_bytes(b"old")

    change = Workspace(root).write("x", b"new")

    assert not change.is_recoverable
    assert change.before == sha(b"old")


@pytest.mark.parametrize("path", [".git/config", "loom.toml", ".envrc", "sub/.git/x", ".LOOM/x"])
def test_protected_paths_are_not_written(workspace, root, path):
    with pytest.raises(PathRefused, match="protected"):
        workspace.write(path, b"x")

    assert list(root.iterdir()) == []


@pytest.mark.parametrize("path", ["../x", "/etc/loom-test", "~/x"])
def test_nothing_outside_is_touched(workspace, path):
    for act in (workspace.read, workspace.sha256, workspace.exists, workspace.delete):
        with pytest.raises(PathRefused):
            act(path)
    with pytest.raises(PathRefused):
        workspace.write(path, b"x")


@pytest.mark.usefixtures("either_way")
def test_links_out_of_the_tree_are_not_followed(workspace, root, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "f").write_text("secret")
    (root / "file").symlink_to(secret / "f")
    (root / "up").symlink_to("..")
    (root / "dir").symlink_to(secret)

    for path in ("file", "up/secret/f", "dir/f"):
        for act in (workspace.read, workspace.sha256, workspace.exists):
            with pytest.raises(PathRefused, match="symbolic link"):
                act(path)
        with pytest.raises(PathRefused, match="symbolic link"):
            workspace.write(path, b"overwritten")
    assert (secret / "f").read_text() == "secret"
    assert sorted(path.name for path in secret.iterdir()) == ["f"]


def test_a_link_inside_is_read_but_never_written_through(workspace, root):
    (root / "real").write_text("text")
    (root / "link").symlink_to("real")
    (root / ".git").mkdir()
    (root / "way").symlink_to(".git")

    assert workspace.read("link") == b"text" or not beneath._has_openat2()
    with pytest.raises(PathRefused, match="symbolic link"):
        workspace.write("link", b"x")
    with pytest.raises(PathRefused, match="symbolic link"):
        workspace.write("way/config", b"x")
    assert list((root / ".git").iterdir()) == []


@pytest.mark.usefixtures("either_way")
def test_pipes_sockets_and_devices_are_refused_without_waiting(workspace, root, monkeypatch):
    os.mkfifo(root / "pipe")
    monkeypatch.chdir(root)  # a socket's path may have only 107 characters
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")

        for path in ("pipe", "socket"):
            assert workspace.exists(path)
            assert not workspace.is_file(path)
            with pytest.raises(PathRefused, match="plain files"):
                workspace.read(path)
            with pytest.raises(PathRefused, match="left alone"):
                workspace.write(path, b"x")


def test_a_directory_is_no_file(workspace, root):
    (root / "d").mkdir()

    for act in (workspace.read, workspace.sha256, workspace.delete):
        with pytest.raises(IsADirectoryError):
            act("d")
    with pytest.raises(IsADirectoryError):
        workspace.write(".", b"x")


def test_what_is_missing_has_no_hash(workspace, root):
    (root / "f").write_text("")

    assert workspace.sha256("missing") == ""
    assert workspace.sha256("f/below") == ""
    assert not workspace.exists("f/below")
    with pytest.raises(FileNotFoundError):
        workspace.read("missing")


def test_a_file_over_the_limit_is_refused(workspace, root):
    (root / "big").write_bytes(b"x" * 11)

    assert workspace.read("big", max_bytes=11) == b"x" * 11
    with pytest.raises(PathRefused, match="11 bytes, more than the limit of 10"):
        workspace.read("big", max_bytes=10)


@pytest.mark.parametrize("name", ["new\nline", "emoji 😀", "sp ace", "-rf", "'quote\"", "\\back"])
def test_odd_names_work(workspace, root, name):
    workspace.write(name, b"x")

    assert workspace.read(name) == b"x"
    assert (root / name).read_bytes() == b"x"
    assert [entry.path for entry in workspace.listing()] == [name]


def test_a_name_that_is_too_long_is_an_error_and_leaves_nothing(workspace, root):
    with pytest.raises(OSError, match="too long"):
        workspace.write("x" * 300, b"x")

    assert list(root.iterdir()) == []


def test_a_left_over_temporary_file_is_used_up(workspace, root):
    workspace.write("f", b"one")
    temporary = f".loom-{hashlib.sha256(b'f').hexdigest()[:16]}.tmp"
    (root / temporary).write_bytes(b"half written")

    workspace.write("f", b"two")

    assert [path.name for path in root.iterdir()] == ["f"]
    assert (root / "f").read_bytes() == b"two"


def test_a_planted_temporary_file_does_not_lead_out(workspace, root, tmp_path):
    outside = tmp_path / "outside"
    outside.write_text("untouched")
    temporary = root / f".loom-{hashlib.sha256(b'f').hexdigest()[:16]}.tmp"
    temporary.hardlink_to(outside)

    workspace.write("f", b"data")

    assert outside.read_text() == "untouched"
    assert (root / "f").read_bytes() == b"data"


def test_a_failed_write_leaves_the_old_content(workspace, root, monkeypatch):
    (root / "f").write_bytes(b"old")

    def no_space(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)  # a full disk cannot be had in a test
    workspace.blobs = None
    with pytest.raises(OSError, match="No space left"):
        workspace.write("f", b"new")

    assert (root / "f").read_bytes() == b"old"
    assert [path.name for path in root.iterdir()] == ["f"]


def test_a_workspace_reached_through_a_link_is_the_real_one(root, tmp_path):
    (tmp_path / "link").symlink_to(root)

    workspace = Workspace(tmp_path / "link")

    assert workspace.root == root.resolve()
    assert workspace.relative(str(root / "x")) == "x"


def test_its_descriptor_goes_away_with_it(root):
    before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0

    for _ in range(5):
        Workspace(root)

    # Fewer is fine: what earlier tests left may be collected meanwhile.
    assert before == 0 or len(list(Path("/proc/self/fd").iterdir())) <= before


@pytest.mark.parametrize(
    ("there", "path"),
    [
        pytest.param(("objects/", "refs/"), "HEAD", id="workspace-becomes-one"),
        pytest.param(("HEAD", "objects/", "refs/"), "hooks/post-update", id="workspace-is-one"),
        pytest.param(("a/HEAD", "a/objects/", "a/refs/"), "a/config", id="below"),
        pytest.param(("a/HEAD", "a/objects/"), "a/refs/heads/main", id="last-directory"),
        pytest.param(("a/commondir",), "a/HEAD", id="settings-of-another"),
        pytest.param(("a/HEAD",), "a/COMMONDIR", id="other-case"),
    ],
)
def test_a_bare_repository_is_neither_made_nor_changed(workspace, root, there, path):
    for name in there:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).mkdir() if name.endswith("/") else (root / name).touch()

    with pytest.raises(PathRefused, match="bare git repository"):
        workspace.writable(path)


@pytest.mark.parametrize("path", ["HEAD", "docs/objects/refs", "a/HEAD/objects"])
def test_names_like_those_of_a_repository_are_written(workspace, path):
    assert workspace.writable(path) == path


def test_a_workspace_that_holds_what_loom_keeps_is_refused(root, tmp_path):
    with pytest.raises(WorkspaceError, match="set LOOM_HOME to a directory outside"):
        Workspace(root, blobs=BlobStore(root / "state/blobs"))

    assert Workspace(tmp_path, blobs=BlobStore(tmp_path / ".loom/blobs"))
