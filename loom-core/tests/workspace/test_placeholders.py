import os

from loom_core.workspace import PROTECTED_NAMES, Workspace
from loom_core.workspace.placeholders import placeholders


def test_every_protected_path_exists_inside_and_none_after(root):
    with placeholders(root):
        assert sorted(path.name for path in root.iterdir()) == sorted(PROTECTED_NAMES)

    assert [path.name for path in root.iterdir()] == []


def test_the_last_of_several_removes_them(root):
    with placeholders(root):
        with placeholders(root):
            pass
        assert sorted(path.name for path in root.iterdir()) == sorted(PROTECTED_NAMES)

    assert [path.name for path in root.iterdir()] == []


def test_real_files_stay(root):
    (root / "loom.toml").write_text("")
    (root / ".git").mkdir()

    with placeholders(root):
        pass

    assert sorted(path.name for path in root.iterdir()) == [".git", "loom.toml"]


def test_what_somebody_wrote_meanwhile_stays(root):
    with placeholders(root):
        (root / "loom.toml").chmod(0o600)
        (root / "loom.toml").write_text("theirs")

    assert (root / "loom.toml").read_text() == "theirs"


def test_leftovers_of_a_killed_process_are_removed(root):
    with placeholders(root):
        copies = {name: (root / name).stat().st_mtime_ns for name in (".envrc", ".git")}
    (root / ".envrc").touch()
    (root / ".git").mkdir()
    for name, mark in copies.items():
        os.utime(root / name, ns=(mark, mark))

    Workspace(root)

    assert [path.name for path in root.iterdir()] == []


def test_one_that_was_not_named_yet_is_removed_too(root, stand_in_ns):
    names = [f".loom-{number * 16}.tmp" for number in ("0", "1", "2")]
    (root / names[0]).touch(mode=0o400)
    (root / names[1]).mkdir(mode=0o500)
    for name in names[:2]:
        os.utime(root / name, ns=(stand_in_ns, stand_in_ns))
    (root / names[2]).write_text("of a write that is at work")

    Workspace(root)

    assert [path.name for path in root.iterdir()] == [names[2]]


def test_they_are_in_no_snapshot(root):
    workspace = Workspace(root)
    before = workspace.snapshot()

    with placeholders(root):
        assert workspace.changes_since(before) == []


def test_what_holds_something_or_lies_deeper_is_no_stand_in(root, stand_in_ns):
    workspace = Workspace(root)
    before = workspace.snapshot()
    (root / ".git").mkdir()
    (root / ".git/HEAD").write_text("ref: refs/heads/main\n")
    (root / "sub/.loom").mkdir(parents=True)
    (root / "sub/.envrc").touch()
    for name in (".git", "sub/.loom", "sub/.envrc"):
        os.utime(root / name, ns=(stand_in_ns, stand_in_ns))

    changed = [change.path for change in workspace.changes_since(before)]
    assert changed == [".git/HEAD", "sub", "sub/.envrc"]
    assert {entry.path for entry in workspace.entries()} == {"sub", "sub/.loom", "sub/.envrc"}
