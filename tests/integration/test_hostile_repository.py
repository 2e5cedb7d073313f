"""Opening, working and undoing in a repository that wants to run its programs on this machine."""

import contextlib
import socket
import subprocess

import hostile_repository
import pytest
from scenario import Place, done, turns

from loom_core.testing import Reply


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0)) as made:
        made.setblocking(False)
        yield made


def called(listening: socket.socket) -> bool:
    with contextlib.suppress(BlockingIOError):
        listening.accept()[0].close()
        return True
    return False


def shell(command: str) -> Reply:
    return Reply.calling("shell_execute", command=command)


def git(args: str) -> Reply:
    return Reply.calling("git_command", args=args)


STEPS = (
    Reply.calling("read_file", path="AGENTS.md"),
    shell("git status; git log -p; git diff; cat link/secret; ls sub; cd sub && git status"),
    *map(
        git,
        (
            "status",
            "log -p",
            "diff",
            "show HEAD",
            "blame hello.txt",
            "x",
            "add -A",
            "commit -m 'by the model'",
            "checkout other",
            "checkout main",
            "stash",
            "stash pop",
            "merge other",
            "fetch origin",
            "push origin main",
            "config core.pager evil",
        ),
    ),
    Reply.calling("write_file", path="hello2.txt", content="made\n"),
    shell("sed -i s/hello/bye/ hello.txt; PYTHONPATH=. python3 -c 'import module'; make; true"),
    done("worked in it"),
)


SETTINGS = '[execution]\nmax_subtask_retries = 0\n[approval]\nunattended = "deny"\n'


@pytest.mark.slow
@pytest.mark.usefixtures("sandboxed")
def test_a_hostile_repository_runs_nothing_here_and_sends_nothing(place: Place, listening):
    outside = place.root / "outside"
    outside.mkdir()
    (outside / "secret").write_text("canary-7d1f")
    evil = outside / "evil"
    hostile_repository.make(place.workspace, evil, listening.getsockname()[1])
    config = (place.workspace / ".git/config").read_bytes()
    server = place.serve(*turns(*STEPS), settings=SETTINGS)

    finished = place.run("run", "Create hello2.txt that says made", "-w", place.workspace, "--json")
    undone = place.run("undo", "last")
    place.run("doctor")
    place.run("status", "last")

    tools = {data["tool"] for data in finished.of("ToolCallStarted")}
    assert {"git_command", "shell_execute", "write_file"} <= tools, finished.result["reason"]
    denied = {str(data) for data in finished.of("ToolCallDenied")}
    assert len(denied) == 2  # fetch and push: nobody was there to agree
    assert sorted(path.name for path in outside.iterdir()) == ["secret"]
    assert not called(listening)
    assert "canary-7d1f" not in "".join(str(request.body) for request in server.requests)
    assert (place.workspace / ".git/config").read_bytes() == config
    assert undone.code == 0, undone.stderr
    assert (place.workspace / "hello.txt").read_text() == "hello\n"


def test_the_repository_is_hostile_indeed(tmp_path, listening):
    """Somebody who works in it without Loom is hit; else the other test would prove nothing."""
    root, outside = tmp_path / "work", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    hostile_repository.make(root, outside / "evil", listening.getsockname()[1])

    subprocess.run(["git", "status"], cwd=root, capture_output=True, check=False, timeout=20)

    assert (outside / "evil").exists()
