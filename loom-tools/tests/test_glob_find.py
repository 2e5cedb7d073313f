import os

import pytest

from loom_core.errors import ToolFailed
from loom_tools.glob_find import MAX_PATHS, GlobFind
from loom_tools.globs import Glob


def put(root, path: str, age: int = 0) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).touch()
    os.utime(root / path, ns=(0, (1000 - age) * 10**9))


@pytest.mark.parametrize(
    ("glob", "fits", "fits_not"),
    [
        ("*.py", ["a.py", "s/d/b.py", ".x.py"], ["a.pyc", "py"]),
        ("./src/*.py", ["src/a.py"], ["src/d/a.py", "a.py"]),
        ("**/*.py", ["a.py", "s/d/b.py"], ["a.txt"]),
        ("src/**", ["src/a", "src/b/c"], ["src", "a/src"]),
        ("src/**/t_?.py", ["src/t_a.py", "src/x/y/t_b.py"], ["src/t_ab.py", "t_a.py"]),
        ("*.{js,ts}", ["a.js", "x/b.ts"], ["a.jsx", "a.js,ts"]),
        ("{src,test}/{a,b{1,2}}.c", ["src/a.c", "test/b2.c"], ["src/b.c"]),
        ("a{b", ["a{b"], ["ab"]),
        ("[a-c]?[!x]", ["b1y"], ["d1y", "b1x"]),
        ("[]x]", ["]", "x"], ["["]),
        ("a,b", ["a,b"], ["a"]),
        (r"\*", ["*"], ["a"]),
        ("(a|b)+.$", ["(a|b)+.$"], ["a"]),
        ("!*.py", ["a.txt"], ["a.py"]),
        ("ü*", ["über"], ["uber"]),
        ("*", ["a\nb", "bad\udcff"], []),
    ],
)
def test_a_glob_fits(glob, fits, fits_not):
    compiled = Glob(glob)

    assert [path for path in [*fits, *fits_not] if compiled.fits(path)] == fits


def test_a_path_is_seen_from_where_the_search_begins_too():
    assert Glob("a/*.py").fits("src/a/x.py", "src")
    assert Glob("src/a/*.py").fits("src/a/x.py", "src")
    assert not Glob("!a/*.py").fits("src/a/x.py", "src")


def test_a_hostile_glob_takes_no_time():
    assert not Glob("*a" * 100 + "b").fits("a" * 10_000)


def test_a_glob_that_cannot_be_used_is_explained():
    with pytest.raises(ToolFailed, match="write it like"):
        Glob("[z-a]")


async def test_the_newest_file_comes_first(session, root):
    for path, age in (("old.py", 9), ("src/new.py", 1), ("src/a.txt", 0), ("mid.py", 5)):
        put(root, path, age)

    assert (await session.call(GlobFind, pattern="**/*.py")).text == "src/new.py\nmid.py\nold.py"
    assert (await session.call(GlobFind, pattern="*.py", path="src")).text == "src/new.py"
    absolute = f"{root}/src/*"
    assert (await session.call(GlobFind, pattern=absolute)).text == "src/a.txt\nsrc/new.py"


async def test_directories_are_found_when_they_are_asked_for(session, root):
    put(root, "src/tests/a.py")
    put(root, "tests/b.py")

    found = await session.call(GlobFind, pattern="**/tests/")

    assert set(found.text.splitlines()) == {"src/tests/", "tests/"}


async def test_ignored_files_links_and_what_is_outside_are_not_found(session, root, tmp_path):
    put(root, "a.py")
    put(root, "out/b.py")
    put(root, ".git/c.py")
    (root / ".gitignore").write_text("out/\n")
    (tmp_path / "d.py").touch()
    (root / "up").symlink_to(tmp_path)
    (root / "e.py").symlink_to(tmp_path / "d.py")
    os.mkfifo(root / "f.py")

    assert (await session.call(GlobFind, pattern="**/*.py")).text == "a.py"
    for pattern in ("../*.py", "/etc/*", "a/../../*", "~/x"):
        with pytest.raises(ToolFailed, match="outside the workspace"):
            await session.call(GlobFind, pattern=pattern)
    with pytest.raises(ToolFailed, match="symbolic link"):
        await session.call(GlobFind, pattern="*", path="up")


async def test_nothing_and_too_much(session, root):
    assert (await session.call(GlobFind, pattern="*.rs")).text == "No file matches *.rs."
    for number in range(MAX_PATHS + 1):
        put(root, f"f{number}")

    lines = (await session.call(GlobFind, pattern="f*")).text.splitlines()

    assert len(lines) == MAX_PATHS + 1
    assert lines[-1].startswith(f"[only the newest {MAX_PATHS} of {MAX_PATHS + 1}")


async def test_a_search_that_takes_too_long_says_so(session, root, monkeypatch):
    monkeypatch.setattr("loom_tools.glob_find._SECONDS", 0.0)
    put(root, "a.py")

    assert "[stopped" in (await session.call(GlobFind, pattern="*.py")).text
