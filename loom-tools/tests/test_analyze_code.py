import os
import tomllib
from pathlib import Path

import pytest

from loom_core.errors import ToolFailed
from loom_tools.analyze_code import AnalyzeCode
from loom_tools.outline.outline import MAX_DECLARATIONS
from loom_tools.outline.parsing import MAX_BYTES

_FILE = Path(__file__).with_name("outlines.toml")
SAMPLES = {
    sample["name"]: (sample["source"], sample["outline"])
    for sample in tomllib.loads(_FILE.read_text())["sample"]
}


@pytest.mark.parametrize("name", SAMPLES)
async def test_the_outline_of_each_language(session, root, name):
    source, expected = SAMPLES[name]
    (root / name).write_text(source)

    assert (await session.call(AnalyzeCode, path=name)).text + "\n" == expected


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "all.py"])
async def test_a_broken_file_gives_what_parses_and_where_it_breaks(session, root, name):
    source, expected = SAMPLES[name]
    (root / name).write_text(source + "\n}}} ((( %%%\n")

    text = (await session.call(AnalyzeCode, path=name)).text

    assert "Syntax error: line " in text
    first = next(line for line in expected.splitlines() if ": " in line and line[0].isdigit())
    assert first.partition(": ")[2] in text


async def test_line_ends_marks_and_bytes_that_are_no_text(session, root):
    (root / "a.py").write_bytes(
        b"\xef\xbb\xbfdef a():\r\n    pass\r\n\r\ndef b(): # \xff\r\n    pass\r\n"
    )
    (root / "bin.py").write_bytes(b"\0\1\2")
    (root / "empty.py").touch()

    text = (await session.call(AnalyzeCode, path="a.py")).text

    assert "1-2: def a()\n4-5: def b()" in text
    assert "declares nothing" in (await session.call(AnalyzeCode, path="empty.py")).text
    with pytest.raises(ToolFailed, match="no text"):
        await session.call(AnalyzeCode, path="bin.py")


async def test_what_is_no_source_file_is_explained(session, root, tmp_path):
    (root / "src").mkdir()
    (root / "notes.md").touch()
    (root / "id_rsa.py").touch()
    (root / "out.py").symlink_to(tmp_path / "x.py")
    (tmp_path / "x.py").touch()
    os.mkfifo(root / "pipe.py")
    (root / "huge.py").write_bytes(b"#" * (MAX_BYTES + 1))

    for path, said in {
        "src": "is a directory; name one source file",
        "notes.md": r"not known here \(known: .py",
        "nope.py": "does not exist",
        "nope.md": "does not exist",
        "id_rsa.py": "secrets",
        "out.py": "symbolic link",
        "pipe.py": "pipe",
        "huge.py": "more than the limit",
        "../x.py": "outside",
    }.items():
        with pytest.raises(ToolFailed, match=said):
            await session.call(AnalyzeCode, path=path)


async def test_a_file_with_very_many_declarations_is_cut(session, root):
    (root / "a.py").write_text("def f(): ...\n" * (MAX_DECLARATIONS + 5))

    text = (await session.call(AnalyzeCode, path="a.py")).text

    assert text.count("def f()") == MAX_DECLARATIONS
    assert "[only the first" in text


@pytest.mark.parametrize(
    "hostile", ["((((", "{" * 8, "class A:\n ", "[{(", "template<", "if x:\n  ", "a ? b : "]
)
async def test_deeply_nested_text_ends(session, root, hostile):
    for name in ("a.py", "a.cpp", "a.ts"):
        (root / name).write_text(hostile * 3000)
        result = await session.call(AnalyzeCode, path=name)
        assert len(result.text.encode()) <= 31 * 1024


async def test_a_parse_that_takes_too_long_is_stopped(session, root, monkeypatch):
    monkeypatch.setattr("loom_tools.outline.parsing._SECONDS", 0.0)
    (root / "a.cpp").write_text("int f(int x) { return x; }\n" * 5000)

    with pytest.raises(ToolFailed, match="takes more than"):
        await session.call(AnalyzeCode, path="a.cpp")
