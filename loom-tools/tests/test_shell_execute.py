import asyncio
import os
import subprocess

import pytest
from pydantic import ValidationError

from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.sandbox import UnconfinedSandbox, describe
from loom_core.settings.shape import SandboxSettings
from loom_tools.shell_execute import ShellExecute


@pytest.fixture
def session(session):
    if not session.context.sandbox.is_confining:
        session.context.sandbox = UnconfinedSandbox(dict(os.environ))
    return session


async def test_output_exit_code_and_changes_are_told(session, root):
    (root / "old").write_text("1")

    result = await session.call(ShellExecute, command="echo hi; echo 2 > new; echo 3 > old")

    assert result.text == "exit code 0\nhi\nFiles: new (created), old (modified)"
    assert not result.is_error
    assert {change.path: change.kind.value for change in result.changes} == {
        "new": "created",
        "old": "modified",
    }
    assert session.context.workspace.blobs.get(result.changes[1].before) == b"1"


@pytest.mark.parametrize(
    ("command", "category"),
    [
        ("exit 1", ErrorCategory.RUNTIME),
        ("no-such-program-here", ErrorCategory.NOT_FOUND),
        ("touch x; ./x", ErrorCategory.PERMISSION),
        ("python3 -c 'f('", ErrorCategory.SYNTAX),
        ("sleep 30", ErrorCategory.TIMEOUT),
        ("kill -9 $$", ErrorCategory.RUNTIME),
    ],
)
async def test_a_failure_has_its_category(session, command, category):
    result = await session.call(ShellExecute, command=command, timeout_seconds=1)

    assert result.is_error
    assert result.category is category


async def test_a_timeout_says_so_and_keeps_output_and_changes(session):
    result = await session.call(
        ShellExecute, command="echo before; touch made; sleep 30", timeout_seconds=1
    )

    assert result.text == (
        "killed after 1 s: the command did not end in time\nbefore\nFiles: made (created)"
    )
    assert result.facts == {"exit_code": None, "timed_out": True}


async def test_long_output_is_cut_with_a_way_to_the_rest(session):
    result = await session.call(ShellExecute, command="seq 1 100000")

    assert len(result.text.encode()) <= 30 * 1024
    assert "bytes left out" in result.text
    assert "write the output to a file" in result.text
    assert "\n100000\n" in result.text


async def test_the_same_command_gives_the_same_text(session):
    texts = {(await session.call(ShellExecute, command="echo same")).text for _ in range(2)}

    assert texts == {"exit code 0\nsame"}


async def test_no_output_is_said(session):
    assert (await session.call(ShellExecute, command="true")).text == "exit code 0\n(no output)"


async def test_it_is_gated_exactly_when_nothing_confines_it(session):
    tool = ShellExecute()
    arguments = tool.arguments_model(command="rm -rf build")

    session.context.sandbox = UnconfinedSandbox({})
    intent = await tool.intend(arguments, session.context)

    assert intent.is_gated
    assert intent.preview == "rm -rf build"
    assert "no sandbox" in intent.reason


@pytest.mark.parametrize(
    "arguments",
    [
        {"command": ""},
        {"command": " \n"},
        {"command": "a\0b"},
        {"command": "ls", "timeout_seconds": 121},
    ],
)
async def test_senseless_arguments_are_refused(session, arguments):
    with pytest.raises(ValidationError):
        await session.call(ShellExecute, **arguments)


async def test_a_workspace_that_cannot_be_confined_is_a_failure_not_a_crash(session, root):
    if not session.context.sandbox.is_confining:
        pytest.skip("only a sandbox refuses")
    (root / ".envrc").symlink_to("/etc/hostname")

    tool = ShellExecute()
    with pytest.raises(ToolFailed, match="symbolic link"):
        await tool.run(tool.arguments_model(command="true"), session.context)


async def until_there(path):
    async with asyncio.timeout(20):
        while not path.exists():  # noqa: ASYNC110 - a command makes it, which sets no event
            await asyncio.sleep(0.01)


async def test_what_another_subtask_writes_meanwhile_is_not_its_change(session, root):
    command = "touch begun; while [ ! -e other ]; do sleep 0.02; done; touch mine"
    running = asyncio.create_task(session.call(ShellExecute, command=command))
    await until_there(root / "begun")

    session.context.workspace.write("other", b"x")

    assert [change.path for change in (await running).changes] == ["begun", "mine"]


async def test_commands_of_one_workspace_run_one_after_the_other(session):
    command = "mkdir turn && sleep 0.1 && rmdir turn && touch {}"

    results = await asyncio.gather(
        *(session.call(ShellExecute, command=command.format(name)) for name in "abc")
    )

    assert [[change.path for change in result.changes] for result in results] == [
        ["a"],
        ["b"],
        ["c"],
    ]


async def test_a_command_that_is_stopped_tells_what_it_changed(session, root):
    running = asyncio.create_task(session.call(ShellExecute, command="touch begun; sleep 30"))
    await until_there(root / "begun")

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    stopped = session.stopped
    assert stopped.is_error
    assert [change.path for change in stopped.changes] == ["begun"]
    assert "Files: begun (created)" in stopped.text


@pytest.mark.parametrize(
    ("command", "changes_nothing"),
    [("cat old | wc -l", True), ("cat old > new", False), ("make", False)],
)
async def test_what_only_looks_is_said_to_change_nothing(session, command, changes_nothing):
    tool = ShellExecute()

    intent = await tool.intend(tool.arguments_model(command=command), session.context)

    assert intent.changes_nothing is changes_nothing


async def test_used_alone_it_says_what_the_command_said(session, root):
    tool = ShellExecute()
    before = session.context.workspace.snapshot()

    result = await tool.run(tool.arguments_model(command="echo hi; touch new"), session.context)

    assert result.text == "exit code 0\nhi"
    assert [one.path for one in session.context.workspace.changes_since(before)] == ["new"]


async def test_who_commits_by_a_command_is_told_of_git_command(session, root):
    if not session.context.sandbox.is_confining:
        pytest.skip("nothing closes the repository here")
    await asyncio.to_thread(subprocess.run, ["git", "init", "-q"], cwd=root, check=True)
    (root / "a").write_text("a\n")

    result = await session.call(ShellExecute, command="git add a")

    assert result.is_error
    assert "use git_command" in result.text


async def test_a_command_that_takes_too_much_says_so(session):
    session.context.sandbox = describe(SandboxSettings(max_processes=8)).sandbox
    result = await session.call(
        ShellExecute, command="for i in $(seq 30); do sleep 60 & done; wait"
    )

    assert result.is_error
    assert result.text.startswith("killed: it ran ")
    assert "sandbox.max_processes allows 8" in result.text
