"""Whatever a task did to its workspace is undone to the byte, and that undone again."""

import asyncio
import json
import os
import shutil
import signal
import subprocess

import pytest
from scenario import BIG_GOAL, GOAL, done, part, planned, says_hi, subtask, turns, wait_until, write

from loom_core.app import Loom
from loom_core.settings import load_settings
from loom_core.testing import Reply
from loom_core.types import Decision
from loom_core.workspace.git_state import is_git_state

needs_git = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


def shell(command):
    return Reply.calling("shell_execute", command=command)


def image(root):
    """Every path with its content and permission bits; of git what tells where it stands."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if ".git" in path.relative_to(root).parts and not is_git_state(name):
            continue
        if path.is_symlink():
            found[name] = str(path.readlink())
        else:
            content = None if path.is_dir() else path.read_bytes()
            found[name] = (content, path.stat().st_mode)
    return found


def fill(root):
    """A workspace with something of everything."""
    (root / "tree/deep/empty").mkdir(parents=True)
    (root / "tree/deep/x.txt").write_text("x\n")
    for name in ("edited", "moved", "removed", "sed"):
        (root / f"{name}.txt").write_text(f"{name} one\n")
    (root / "kept/empty").mkdir(parents=True)
    (root / "kept").chmod(0o750)
    for name in ("stays", "gone"):
        (root / f"kept/{name}.txt").write_text(f"{name}\n")
    (root / "run.sh").write_text("#!/bin/sh\n")
    (root / "run.sh").chmod(0o644)
    (root / "link").symlink_to("edited.txt")
    (root / "data.bin").write_bytes(bytes(range(256)))


def git(root, *arguments):
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    done = subprocess.run(
        ["git", *who, *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return done.stdout


def undo(place, *options):
    finished = place.run("undo", "last", *options)
    assert finished.code == 0, finished.stderr
    return finished


BY_EVERY_TOOL = (
    write("hello.txt", "hi\n"),
    Reply.calling("read_file", path="edited.txt"),
    Reply.calling("edit_file", path="edited.txt", old_str="one", new_str="two"),
    write("new/deep/made.txt", "made\n"),
    Reply.calling("move_file", source="kept", destination="place/kept"),
    Reply.calling("delete_file", path="place/kept/gone.txt"),
    Reply.calling("delete_file", path="place/kept/empty"),
    shell("mkdir other && mv moved.txt other/ && rm removed.txt && sed -i s/one/two/ sed.txt"),
    shell("rm -r tree && chmod +x run.sh && ln -sfn sed.txt link && printf x >> data.bin"),
    done(),
)


UNNAMED_DELETION = 3
"""The exit code of a run that deleted what its goal does not name: a human looks at it first."""


def test_what_every_tool_did_goes_back_and_forth_to_the_byte(place, sandboxed):
    fill(place.workspace)
    before = image(place.workspace)
    place.serve(*turns(*BY_EVERY_TOOL))
    assert place.work().code == UNNAMED_DELETION
    after = image(place.workspace)
    assert place.read("sed.txt") == "sed two\n"

    dry = json.loads(undo(place, "--dry-run", "--json").stdout)
    assert image(place.workspace) == after
    undo(place)
    assert image(place.workspace) == before
    status = json.loads(place.run("status", "last", "--json").stdout)
    assert (status["changes"], status["state"]) == ([], "waiting_approval")
    undo(place, "--redo")
    assert image(place.workspace) == after
    undo(place)
    assert image(place.workspace) == before

    paths = {step["path"] for step in dry["steps"]}
    assert {"edited.txt", "moved.txt", "other/moved.txt", "tree/deep/empty", "link"} <= paths


@pytest.fixture
def repository(place):
    """A workspace with something of everything, all of it committed."""
    fill(place.workspace)
    git(place.workspace, "init", "-qb", "main")
    git(place.workspace, "add", ".")
    git(place.workspace, "commit", "-qm", "first")
    return place.workspace


def check_undone(place, before, log):
    """Undo a commit, look that it is gone, and bring it back."""
    after = image(place.workspace)
    assert "second" in git(place.workspace, "log", "--all")
    assert "restored HEAD, branches and index of git" in undo(place).stdout
    assert image(place.workspace) == before
    assert git(place.workspace, "log", "--all") == log
    assert git(place.workspace, "status", "--porcelain") == ""
    git(place.workspace, "fsck", "--strict")
    (place.workspace / ".git/index").write_bytes(before[".git/index"][0])  # status refreshed it
    undo(place, "--redo")
    assert image(place.workspace) == after


@needs_git
def test_a_commit_that_a_command_made_is_undone_to_the_byte(place, repository):
    before, log = image(repository), git(repository, "log", "--all")
    commit = "git -c user.name=a -c user.email=a@b commit -qam second"
    place.serve(
        *turns(
            shell(f"sed -i s/one/two/ sed.txt && git checkout -qb topic && {commit}"), *says_hi()
        ),
        settings='[sandbox]\nbackend = "none"\n',
    )

    asyncio.run(run_with_somebody_who_agrees(place))

    check_undone(place, before, log)


@needs_git
def test_what_every_tool_did_and_a_commit_of_it_is_undone_to_the_byte(place, repository, sandboxed):
    before, log = image(repository), git(repository, "log", "--all")
    *acts, end = BY_EVERY_TOOL
    commands = ("add -A", "commit -m second", "checkout -b topic/deep", "stash list")
    place.serve(*turns(*acts, *(by_git(command) for command in commands), end))

    finished = place.work()

    assert finished.code == UNNAMED_DELETION, finished.result["reason"]
    assert "topic/deep" in git(repository, "branch", "--list")
    assert ".git" not in place.run("diff", "last").stdout
    check_undone(place, before, log)


@needs_git
def test_a_repository_can_be_made_again_after_it_was_taken_back(place, sandboxed):
    place.serve(*turns(by_git("init"), write("other.txt", "x\n"), done(), done(), done(), done()))

    finished = place.work()

    made = [call for call in finished.of("ToolCallFinished") if call["tool"] == "git_command"]
    assert len(made) > 1
    assert not any(call["result"]["is_error"] for call in made), made[-1]["result"]["text"]


@needs_git
def test_an_undone_repository_is_one_again_after_its_undo_is_undone(place, sandboxed):
    place.serve(*turns(by_git("init"), *says_hi()))
    assert place.work().code == 0

    undo(place)
    gone = not (place.workspace / ".git/HEAD").exists()
    undo(place, "--redo")

    assert gone
    assert git(place.workspace, "status", "--porcelain") == "?? hello.txt\n"


def by_git(command):
    return Reply.calling("git_command", args=command)


async def run_with_somebody_who_agrees(place):
    """A run without a sandbox, beside a person who says yes to every command."""

    async def agree(call):
        return Decision(approved=True, by="somebody")

    settings = load_settings(cwd=place.here, home=place.home, environ={}).settings
    async with Loom.build(settings, home=place.home, ask=agree) as loom:
        task = await loom.create(GOAL, workspace=place.workspace)
        assert (await loom.run(task.id)).state.value == "completed"


def kill_in_a_command(place):
    """A run that is killed after its command has changed files and before it has ended."""
    slow = shell("sed -i s/one/two/ sed.txt; rm -r tree; mkdir made; echo on > started; sleep 60")
    place.serve(*turns(write("note.txt", "n\n"), slow, *says_hi()))
    process = place.start("run", GOAL, "-w", place.workspace)
    wait_until((place.workspace / "started").exists, "the command never starts")
    os.kill(process.pid, signal.SIGKILL)
    process.wait(30)


@pytest.mark.slow
def test_what_a_killed_command_did_is_undone_without_a_resume(place, sandboxed):
    fill(place.workspace)
    before = image(place.workspace)
    kill_in_a_command(place)

    undo(place)

    assert image(place.workspace) == before
    assert place.events()[-3]["type"] == "StepInDoubt"


@pytest.mark.slow
def test_a_dry_run_after_a_kill_journals_nothing(place, sandboxed):
    fill(place.workspace)
    kill_in_a_command(place)
    events = place.events()

    shown = undo(place, "--dry-run").stdout

    assert place.events() == events
    assert "shell_execute was interrupted: the undo looks for what it changed" in shown


@pytest.mark.slow
def test_what_a_killed_command_did_is_undone_after_a_resume(place, sandboxed):
    fill(place.workspace)
    before = image(place.workspace)
    kill_in_a_command(place)

    resumed = place.run("run", "--resume", "last", "--json")

    assert resumed.code == UNNAMED_DELETION, resumed.result["reason"]
    (doubt,) = resumed.of("StepInDoubt")
    assert {"sed.txt", "tree/deep/x.txt", "made"} <= {one["path"] for one in doubt["changes"]}
    undo(place)
    assert image(place.workspace) == before


def side_by_side(place, left, right, *, code=0):
    """A run of two subtasks at the same time."""
    place.serve(
        *planned(subtask("left"), subtask("right")),
        *part("left", *left, write("left.txt", "left\n"), done()),
        *part("right", *right, write("right.txt", "right\n"), done()),
        slots=2,
    )
    finished = place.work(BIG_GOAL)
    assert finished.code == code, finished.stderr


def test_each_change_of_parallel_subtasks_belongs_to_one_of_them(place, sandboxed):
    fill(place.workspace)
    before = image(place.workspace)
    side_by_side(
        place,
        [shell("sleep 0.2; sed -i s/one/two/ sed.txt; mkdir l"), write("shared/l", "l\n")],
        [shell("sleep 0.2; rm removed.txt; mkdir r"), write("shared/r", "r\n")],
        code=UNNAMED_DELETION,
    )
    after = image(place.workspace)

    undo(place, "--subtask", "left")

    rest = image(place.workspace)
    theirs = {"right.txt", "r", "shared", "shared/r", "removed.txt"}
    assert {name for name in {*rest, *after} if rest.get(name) != after.get(name)} == {
        "left.txt",
        "l",
        "shared/l",
        "sed.txt",
    }
    assert {name for name in {*rest, *before} if rest.get(name) != before.get(name)} == theirs
    undo(place)
    assert image(place.workspace) == before
    undo(place, "--redo")
    undo(place, "--redo")
    assert image(place.workspace) == after


def test_what_two_subtasks_changed_is_a_conflict_for_the_first_alone(place, sandboxed):
    (place.workspace / "shared.txt").write_text("0\n")
    place.serve(
        *planned(subtask("left"), subtask("right", "left")),
        *part("left", shell("echo 1 >> shared.txt"), write("left.txt", "1\n"), done()),
        *part("right", shell("echo 2 >> shared.txt"), write("right.txt", "2\n"), done()),
    )
    assert place.work(BIG_GOAL).code == 0

    held_up = place.run("undo", "last", "--subtask", "left")

    assert held_up.code == 1
    assert "shared.txt: another subtask changed it since" in held_up.stdout
    assert "    -2" in held_up.stdout
    undo(place, "--subtask", "right")
    assert place.read("shared.txt") == "0\n1\n"
    undo(place, "--subtask", "left")
    assert place.read("shared.txt") == "0\n"


def test_a_directory_is_undone_alone(place):
    place.serve(*turns(write("src/a.py", "a = 1\n"), write("other/b.py", "b = 1\n"), *says_hi()))
    assert place.work().code == 0

    undo(place, "--file", "src")

    assert place.files() == ["hello.txt", "other"]


def test_a_conflict_shows_what_would_be_lost_and_its_undo_gives_it_back(place):
    place.serve(*turns(*says_hi()))
    place.work()
    (place.workspace / "hello.txt").write_text("mine\n")

    held_up = place.run("undo", "last", "--json")

    assert held_up.code == 1
    (conflict,) = held_up.lines[0]["conflicts"]
    assert "-mine" in conflict["diff"]
    undo(place, "--force")
    assert place.files() == []
    undo(place, "--redo")
    assert place.read("hello.txt") == "mine\n"


def test_what_is_too_large_to_keep_is_said_before_a_command_changes_it(
    place, sandboxed, monkeypatch
):
    monkeypatch.setattr("loom_core.workspace.snapshot.MAX_KEPT_FILE_BYTES", 1000)
    (place.workspace / "big.bin").write_bytes(b"x" * 2000)
    place.serve(*turns(shell("printf y >> big.bin"), *says_hi()))

    finished = place.work()

    (started,) = [one for one in finished.of("ToolCallStarted") if one["tool"] == "shell_execute"]
    assert started["unkept"] == ["big.bin"]
    undone = place.run("undo", "last")
    assert undone.code == 1
    assert "big.bin: its content before was not kept" in undone.stdout


def test_what_is_kept_longer_than_it_may_is_deleted_at_the_end_of_a_run(place):
    (place.workspace / "hello.txt").write_text("old\n")
    read = Reply.calling("read_file", path="hello.txt")
    place.serve(*turns(read, *says_hi()), settings="[undo]\nmax_bytes = 0\n")

    assert place.work().code == 0

    undone = place.run("undo", "last")
    assert undone.code == 1
    assert "hello.txt: its content before was not kept" in undone.stdout
    assert place.run("clean").stdout.startswith("deleted 0 contents")
