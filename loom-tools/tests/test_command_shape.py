"""Which commands are understood to the last word, and which begin alike."""

import json
import os
from pathlib import Path

import pytest

from loom_tools.command_shape import beginning_of, only_looks

CORPUS = Path(__file__).parents[3] / "shared" / "corpora" / "shell_attacks.json"

LOOKS = [
    "ls",
    "ls -la src",
    "cat a.txt",
    'cat "a b.txt"',
    "head -20 a.txt",
    "head -n 20 a.txt",
    "grep -n 'def main' a.py | head -5",
    "cat a.txt && wc -l a.txt",
    "pwd; ls",
    "tail -n 3 a.txt || cat a.txt",
    "cat a.txt;",
]

MAY_DO_MORE = [
    "",
    "rm a.txt",
    "cat a.txt > b.txt",
    "cat < a.txt",
    "cat <<< x",
    "cat <<EOF\nx\nEOF",
    "ls &",
    "ls; rm a.txt",
    "ls\nrm a.txt",
    "ls && rm a.txt",
    "ls | sh",
    "cat $HOME/.ssh/id_rsa",
    "cat ${x}",
    'cat "$x"',
    'cat "`id`"',
    "cat $(echo a.txt)",
    "cat `echo a.txt`",
    "cat <(id)",
    "cat *.txt",
    "cat a?",
    "cat [ab]",
    "cat {a,b}",
    "cat ~/x",
    "cat ~root/x",
    "cat a\\ b",
    "cat $'a'",
    'cat $"a"',
    "X=1 cat a.txt",
    "PATH=. ls",
    "(ls)",
    "{ ls; }",
    "! ls",
    "if true; then ls; fi",
    "for x in a; do cat a; done",
    "while true; do ls; done",
    "ls() { rm a; }; ls",
    "function ls { rm a; }",
    "[[ -f a ]]",
    "((1))",
    "ls # rm",
    "coproc ls",
    "time ls",
    "eval ls",
    "exec ls",
    "command ls",
    "builtin pwd",
    ". a.txt",
    "source a.txt",
    "alias ls=rm",
    "env ls",
    "xargs cat",
    "sudo ls",
    "find . -delete",
    "find . -exec rm {} +",
    "sort -o a.txt b.txt",
    "cat /etc/passwd",
    "cat ../x",
    "cat a/../../x",
    "cat .env",
    "cat src/id_rsa",
    "cat link",
    "ls link",
    "grep -r x .",
    "grep -R x .",
    "grep --include=* x",
    "grep -f /etc/shadow a.txt",
    "ls --color=always",
    "ls -R/../..",
    "tail -f a.txt",
    "tail --follow a.txt",
    "head -c5000 -- /etc/passwd",
    "./cat a.txt",
    "/bin/cat a.txt",
    "bin/ls",
    "c''at a.txt && r''m a.txt",
    "cat\ta.txt",
    "cat a.txt\x00b",
    "cat \u202ea.txt",
    "cat a\u00a0b",
    "cat a.txt |& cat",
    "cat 'unclosed",
    "cat a.txt 2>/dev/null",
    "wc --files0-from=a.txt",
    "a" * 5000,
]


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "work"
    (root / "src").mkdir(parents=True)
    (root / "a.txt").write_text("a\n")
    (root / "link").symlink_to("/etc")
    return root


@pytest.mark.parametrize("command", LOOKS)
def test_a_command_that_is_understood_and_only_looks_is_known(command, root):
    assert only_looks(command, root)


@pytest.mark.parametrize("command", MAY_DO_MORE)
def test_whatever_may_do_more_is_not(command, root):
    assert not only_looks(command, root)


def test_nothing_is_known_where_a_program_of_the_workspace_could_be_run(root, monkeypatch):
    monkeypatch.setenv("PATH", f"{root}/src{os.pathsep}/usr/bin")
    assert not only_looks("ls", root)
    monkeypatch.setenv("PATH", f".{os.pathsep}/usr/bin")
    assert not only_looks("ls", root)
    monkeypatch.setenv("PATH", "/usr/bin")
    assert only_looks("ls", root)


@pytest.mark.skipif(
    not CORPUS.exists(), reason="the corpus of attacks is not part of this repository"
)
def test_no_attack_of_the_corpus_is_taken_for_a_look(root):
    outside = root.parent / "outside"
    places = {"canary": outside / "c", "canary_dir": outside, "workspace": root}
    cases = json.loads(CORPUS.read_text())["cases"]
    commands = [case["command"] for case in cases]
    for name, value in {**places, "canary_relative": "../outside/c"}.items():
        commands = [command.replace(f"{{{name}}}", str(value)) for command in commands]

    assert len(commands) >= 25
    assert [command for command in commands if only_looks(command, root)] == []
    assert [command for command in commands if beginning_of(command, root)] == []


@pytest.mark.parametrize(
    ("command", "beginning"),
    [
        ("git status", "git status"),
        ("git status -s", "git status"),
        ("git add src/a.py", "git add"),
        ("pytest -q tests", "pytest"),
        ("npm test", "npm test"),
        ("make build", "make build"),
    ],
)
def test_commands_that_begin_alike_have_the_same_beginning(command, beginning, root):
    assert beginning_of(command, root) == beginning


@pytest.mark.parametrize(
    "command",
    [
        "git status; rm -rf src",
        "git status && rm x",
        "git status | sh",
        "git status > a.txt",
        "git status $(id)",
        "git status & rm x",
        "git status\nrm x",
        "X=1 git status",
        "git -C /etc status",
        "git -c core.pager=evil status",
        "git diff --output=/etc/x",
        "git diff --no-index /etc/passwd a.txt",
        "git add ../x",
        "git add link/x",
        "git add .env",
        "git",
        "git 'status x'",
        "rm -rf src",
        "python a.py",
        "uv run evil",
        "npm run x",
        "npm exec x",
        "go run x",
        "sh -c x",
        "bash x",
        "env git status",
        "./git status",
        "",
        "'unclosed",
    ],
)
def test_nothing_else_has_one(command, root):
    assert beginning_of(command, root) == ""
