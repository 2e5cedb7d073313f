import os

import pytest

from loom_core.errors import PathRefused
from loom_core.workspace.placeholders import placeholders


def paths(entries) -> list[str]:
    return [entry.path for entry in entries]


def test_directories_come_first_and_are_followed_by_their_content(workspace):
    for path in ("b.txt", "a/y", "a/x/deep", "c/z"):
        workspace.write(path, b"1")

    assert paths(workspace.listing()) == ["a", "a/x", "a/y", "c", "c/z", "b.txt"]
    assert paths(workspace.listing(depth=1)) == ["a", "c", "b.txt"]
    assert paths(workspace.listing("a", depth=5)) == ["a/x", "a/x/deep", "a/y"]
    assert paths(workspace.listing(limit=2)) == ["a", "a/x"]


def test_ignore_files_hold_where_they_are(workspace):
    for path in ("keep.py", "x.pyc", "build/out", "sub/x.log", "sub/keep.log", "sub/x.pyc"):
        workspace.write(path, b"1")
    workspace.write(".gitignore", b"*.pyc\n/build/\n# comment\n\n")
    workspace.write("sub/.ignore", b"*.log\n!keep.log\n")

    assert paths(workspace.files()) == ["sub/.ignore", "sub/keep.log", ".gitignore", "keep.py"]
    assert paths(workspace.files("sub")) == ["sub/.ignore", "sub/keep.log"]


def test_a_deeper_ignore_file_wins(workspace):
    workspace.write(".gitignore", b"*.log\n")
    workspace.write("sub/.gitignore", b"!*.log\n")
    workspace.write("sub/a.log", b"1")
    workspace.write("b.log", b"1")

    assert paths(workspace.files()) == ["sub/.gitignore", "sub/a.log", ".gitignore"]


def test_git_is_passed_over_and_links_are_not_entered(workspace, root, tmp_path):
    (root / ".git").mkdir()
    (root / ".git/config").write_text("")
    (root / "loop").symlink_to(".")
    (root / "out").symlink_to(tmp_path)
    os.mkfifo(root / "pipe")

    assert paths(workspace.listing(depth=9)) == ["loop", "out", "pipe"]
    assert paths(workspace.files()) == []


def test_hostile_ignore_patterns_take_no_time(workspace):
    workspace.write(".gitignore", b"a*a*a*a*a*a*a*a*a*a*b\n" + b"**/" * 30 + b"x\n[\n!\n*.tmp\n")
    workspace.write("a" * 200, b"1")
    workspace.write("x.tmp", b"1")

    assert paths(workspace.files()) == [".gitignore", "a" * 200]


@pytest.mark.parametrize("pattern", [b"[z-a]", b"b[!a][[:alpha:]]\\#", b"\xff[]a]{", b"a\\"])
def test_a_pattern_that_cannot_be_compiled_ignores_nothing(workspace, pattern):
    workspace.write(".gitignore", pattern + b"\n*.tmp\n")
    workspace.write("a.py", b"1")
    workspace.write("x.tmp", b"1")

    assert paths(workspace.files()) == [".gitignore", "a.py"]


def test_listing_what_is_no_directory_is_an_error(workspace, root, tmp_path):
    workspace.write("f", b"1")
    (root / "out").symlink_to(tmp_path)

    with pytest.raises(NotADirectoryError):
        workspace.listing("f")
    with pytest.raises(FileNotFoundError):
        workspace.listing("missing")
    with pytest.raises(PathRefused):
        workspace.listing("out")


def test_a_name_that_is_not_text_is_listed(workspace, root):
    (root / os.fsdecode(b"bad\xff")).write_text("1")
    (root / os.fsdecode(b"bad\xff.log")).write_text("1")
    (root / ".ignore").write_text("*.log\n")

    assert paths(workspace.listing()) == [".ignore", "bad\udcff"]


def test_what_stands_in_for_a_protected_path_is_not_listed(workspace, root):
    (root / "a").touch()

    with placeholders(root):
        assert (root / "loom.toml").exists()
        assert paths(workspace.listing()) == ["a"]


def test_entries_say_when_they_changed(workspace, root):
    (root / "d").mkdir()
    (root / "d/f").touch()
    os.utime(root / "d/f", ns=(1, 2_000_000_000))

    assert [(e.path, e.mtime_ns) for e in workspace.files()] == [("d/f", 2_000_000_000)]
    assert paths(workspace.entries()) == ["d", "d/f"]
