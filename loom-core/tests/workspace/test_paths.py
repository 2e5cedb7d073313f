import posixpath
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loom_core.errors import PathRefused
from loom_core.workspace.paths import displayed, relative_path
from loom_core.workspace.protected import is_protected

ROOT = Path("/home/me/project")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a.py", "a.py"),
        ("./a.py", "a.py"),
        ("src//b/../a.py", "src/a.py"),
        ("", "."),
        (".", "."),
        ("/home/me/project", "."),
        ("/home/me/project/", "."),
        ("/home/me/project/src/a.py", "src/a.py"),
        ("//home/me/project/x", "x"),
        ("name\nwith newline", "name\nwith newline"),
        ("😀.txt", "😀.txt"),
        ("~draft", "~draft"),
    ],
)
def test_the_same_path_has_one_form(written, meant):
    assert relative_path(written, ROOT) == meant


@pytest.mark.parametrize(
    "written",
    ["..", "../x", "a/../../x", "/", "/etc/passwd", "/home/me", "/home/me/projector/x", "~", "~/x"],
)
def test_a_path_outside_is_refused(written):
    with pytest.raises(PathRefused, match="outside the workspace"):
        relative_path(written, ROOT)


def test_a_nul_character_is_refused():
    with pytest.raises(PathRefused, match="NUL"):
        relative_path("a\0b", ROOT)


@given(st.text(st.sampled_from("ab./~\\ \n"), max_size=12))
@example("./~")
def test_whatever_is_accepted_stays_below_the_root_and_is_stable(written):
    try:
        relative = relative_path(written, ROOT)
    except PathRefused:
        return

    joined = posixpath.normpath(posixpath.join(str(ROOT), relative))
    assert joined == str(ROOT) or joined.startswith(f"{ROOT}/")
    assert relative_path(relative, ROOT) == relative
    assert relative_path(f"{ROOT}/{relative}", ROOT) == relative


@pytest.mark.parametrize("path", [".git", ".git/config", "sub/.git/hooks/x", "loom.toml", ".GIT/x"])
def test_what_programs_obey_is_protected(path):
    assert is_protected(path)


@pytest.mark.parametrize("path", ["a.py", ".gitignore", "git/x", "loom.toml.txt"])
def test_other_files_are_not_protected(path):
    assert not is_protected(path)


def test_a_displayed_path_is_one_line_of_valid_text():
    assert displayed("a\nb\x1b[2J") == "a\\nb\\x1b[2J"
    displayed("bad\udcff").encode()
