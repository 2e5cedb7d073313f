"""How large files and functions are, and what they are called."""

import ast
import re

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50
COMMON_FILE_LINES = 200
MOST = 0.85
"""Share of the files that stays within ``COMMON_FILE_LINES``."""

EMPTY_NAMES = re.compile(r"(^|_)(utils?|helpers?|common|misc|manager|impl|base\d?)(_|$)")
EMPTY_CLASS_NAMES = re.compile(r"(Utils?|Helpers?|Manager|Impl)$")


def lines_of(source):
    return len(source.text.splitlines())


def test_no_file_is_longer_than_400_lines(sources, tests):
    too_long = {s.where: lines_of(s) for s in [*sources, *tests] if lines_of(s) > MAX_FILE_LINES}

    assert too_long == {}


def test_most_files_are_short(sources):
    short = [source for source in sources if lines_of(source) <= COMMON_FILE_LINES]

    assert len(short) / len(sources) >= MOST


def test_no_function_is_longer_than_50_lines(sources):
    too_long = [
        f"{source.where}: {node.name}"
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= MAX_FUNCTION_LINES
    ]

    assert too_long == []


def test_modules_are_named_for_what_they_hold(sources):
    empty = [s.where for s in sources if EMPTY_NAMES.search(s.module.rpartition(".")[2])]

    assert empty == []


def test_classes_are_named_for_what_they_are(sources):
    empty = [
        f"{source.where}: {node.name}"
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef) and EMPTY_CLASS_NAMES.search(node.name)
    ]

    assert empty == []


def test_nothing_is_left_to_do(sources, tests):
    """An unfinished thing belongs into an issue, where somebody sees it."""
    mark = re.compile(r"#.*\b(TO" + "DO|FIX" + "ME|XX" + r"X)\b")

    assert [s.where for s in [*sources, *tests] if mark.search(s.text)] == []


def test_every_exception_to_a_rule_says_why(sources):
    exception = re.compile(r"#\s*(noqa|type: ignore|pyright: ignore)[^#\n]*")
    unexplained = [
        f"{source.where}:{number}"
        for source in sources
        for number, line in enumerate(source.text.splitlines(), 1)
        if (found := exception.search(line)) and not _has_reason(line[found.start() :])
    ]

    assert unexplained == []


def _has_reason(comment):
    """A reason is at least two words behind the codes, after a dash, a bracket or another ``#``."""
    said = re.sub(
        r"#\s*(noqa|type: ignore|pyright: ignore)(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|\[[^\]]*\])?",
        "",
        comment,
    )
    return len(re.findall(r"[A-Za-z]{2,}", said)) >= 2
