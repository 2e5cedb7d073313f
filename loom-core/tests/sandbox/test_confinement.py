import asyncio
import os
import socket
from pathlib import Path

import pytest

from loom_core.errors import SandboxUnavailable
from loom_core.sandbox import bubblewrap as bubblewrap_module
from loom_core.sandbox.masks import masks_of
from loom_core.workspace import PROTECTED_NAMES


@pytest.fixture
def canary(tmp_path):
    directory = tmp_path / "outside" / "c"
    directory.mkdir(parents=True)
    (directory / "f").write_text("canary")
    return directory


async def run(sandbox, workspace, command, **options):
    return await sandbox.run(command, workspace=workspace, timeout_seconds=20, **options)


async def test_what_is_outside_is_not_even_seen(confining, workspace, canary):
    done = await run(
        confining, workspace, f"cat {canary}/f; ls {canary.parent}; ls -A {Path.home()}"
    )

    assert "canary" not in done.output.replace(str(canary), "")
    assert done.exit_code != 0 or ".ssh" not in done.output


async def test_secrets_of_the_system_are_hidden(confining, workspace):
    done = await run(confining, workspace, "cat /etc/shadow /etc/gshadow; ls /root/.ssh /var/lib")

    assert done.exit_code != 0
    assert "root:" not in done.output


async def test_the_network_is_off(confining, workspace):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        listening.settimeout(0.2)

        done = await run(
            confining,
            workspace,
            f"python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", {port}), 2)'",
        )

        assert done.exit_code != 0
        with pytest.raises(TimeoutError):
            listening.accept()


async def test_other_processes_are_not_seen(bubblewrap, workspace):
    done = await run(
        bubblewrap, workspace, f"kill -0 {os.getpid()} && echo seen; ls -d /proc/[0-9]* | wc -l"
    )

    assert "seen" not in done.output
    assert int(done.output.splitlines()[-1]) < 10


async def test_system_and_kernel_settings_are_read_only(confining, workspace):
    done = await run(
        confining,
        workspace,
        # Opened for writing and nothing written: where it is not confined it must do no harm.
        "for f in /usr/x /etc/x /x /dev/x $(find /proc -maxdepth 1 -type f 2>/dev/null) \\\n"
        "  $(find /proc/sys -type f 2>/dev/null); do (: >> $f) 2>/dev/null && echo opened $f\ndone; true",
    )

    assert done.output == ""


async def test_a_read_only_workspace_is_not_written(confining, workspace):
    (workspace / "f").write_text("x")

    done = await run(confining, workspace, "cat f; echo y > f; rm f; touch g", may_write=False)

    assert done.output.startswith("x")
    assert done.exit_code != 0
    assert {path.name: path.read_text() for path in workspace.iterdir()} == {"f": "x"}


@pytest.mark.parametrize("exists", [True, False])
async def test_protected_paths_cannot_be_made_changed_or_moved_away(bubblewrap, workspace, exists):
    if exists:
        (workspace / ".git").mkdir()
        (workspace / ".git/config").write_text("mine")
        (workspace / "loom.toml").write_text("mine")
    before = {str(path): path.is_dir() or path.read_text() for path in workspace.rglob("*")}

    await run(
        bubblewrap,
        workspace,
        "for p in " + " ".join(PROTECTED_NAMES) + "; do\n"
        "chmod 777 $p; echo evil > $p; echo evil > $p/config; mkdir -p $p/hooks; rm -rf $p; mv $p away;\n"
        "ln -sf /tmp $p; umount $p; mkdir $p; done 2>/dev/null; true",
    )

    after = {str(path): path.is_dir() or path.read_text() for path in workspace.rglob("*")}
    assert after == before


async def test_what_landlock_cannot_close_is_put_back(landlock, workspace):
    (workspace / ".git/hooks").mkdir(parents=True)
    (workspace / ".git/config").write_text("mine")
    (workspace / "loom.toml").write_text("mine")

    done = await run(
        landlock,
        workspace,
        "echo evil > .git/config; echo evil > .git/hooks/pre-commit; rm loom.toml; echo evil > loom.toml;"
        "mkdir .loom d; echo evil > .envrc; echo evil > .loom/loom.toml; echo evil > d/.envrc; true",
    )

    held = {path.relative_to(workspace).as_posix() for path in workspace.rglob("*")}
    assert held == {".git", ".git/config", ".git/hooks", "loom.toml", "d"}
    assert (workspace / ".git/config").read_text() == "mine"
    assert (workspace / "loom.toml").read_text() == "mine"
    assert {".git/config", ".git/hooks/pre-commit", "loom.toml", "d/.envrc"} <= set(
        done.planted.paths
    )


async def test_what_a_stopped_command_planted_is_taken_back_too(confining, workspace, caplog):
    running = asyncio.create_task(
        run(confining, workspace, "mkdir d; echo evil > d/.envrc; touch started; sleep 60")
    )
    async with asyncio.timeout(10):
        while not (workspace / "started").exists():  # noqa: ASYNC110 - the command cannot set an event
            await asyncio.sleep(0.01)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert sorted(path.name for path in workspace.rglob("*")) == ["d", "started"]
    assert "taken back after a command that was stopped: d/.envrc" in caplog.text


async def test_what_a_command_planted_before_its_time_was_up_is_taken_back(confining, workspace):
    done = await confining.run(
        "echo evil > .mcp.json; sleep 60", workspace=workspace, timeout_seconds=1
    )

    assert done.timed_out
    assert done.planted.paths == (".mcp.json",)


async def test_a_protected_path_that_is_a_link_is_refused(bubblewrap, workspace, tmp_path):
    (workspace / ".envrc").symlink_to(tmp_path / "shared-envrc")

    with pytest.raises(SandboxUnavailable, match="symbolic link"):
        await run(bubblewrap, workspace, "true")


@pytest.mark.parametrize("root", ["/", "/usr", "/proc/self"])
async def test_the_system_is_no_workspace(confining, root):
    with pytest.raises(SandboxUnavailable):
        await run(confining, Path(root), "true")


async def test_a_missing_workspace_runs_nothing(confining, tmp_path):
    with pytest.raises((SandboxUnavailable, FileNotFoundError)):
        await run(confining, tmp_path / "missing", "true")


@pytest.mark.parametrize("may_write", [True, False])
async def test_secret_files_of_the_workspace_are_closed(bubblewrap, workspace, may_write):
    (workspace / "app").mkdir()
    for name in (".env", "app/server.key"):
        (workspace / name).write_text("canary-secret")
    (workspace / ".env.example").write_text("TOKEN=")

    done = await run(
        bubblewrap,
        workspace,
        "cat .env.example; cat .env app/server.key; echo x > .env; rm -f .env; mv .env .other; "
        "grep -r canary . ; true",
        may_write=may_write,
    )

    assert "TOKEN=" in done.output
    assert "canary-secret" not in done.output
    assert (workspace / ".env").read_text() == "canary-secret"
    assert not (workspace / ".other").exists()


async def test_secret_files_are_closed_to_commands_that_only_read(landlock, workspace):
    (workspace / "app").mkdir()
    (workspace / "app/.env").write_text("canary-secret")
    (workspace / "app/readme").write_text("hello")

    done = await run(landlock, workspace, "cat app/readme; cat app/.env; ls app", may_write=False)

    assert "hello" in done.output
    assert "canary-secret" not in done.output


async def test_where_secrets_cannot_be_hidden_nothing_runs(landlock, workspace):
    (workspace / ".env").write_text("canary-secret")

    with pytest.raises(SandboxUnavailable, match=r"cannot hide \.env"):
        await run(landlock, workspace, "cat .env")


async def test_many_files_beside_a_secret_one_can_be_read(landlock, workspace):
    name = "a-name-as-long-as-names-of-files-often-are"
    (workspace / ".env").write_text("canary-secret")
    for number in range(3000):
        (workspace / f"{name}-{number}").write_text("read\n")

    done = await run(landlock, workspace, f"cat {name}-0 {name}-2999; cat .env", may_write=False)

    assert done.output.startswith("read\nread\n")
    assert "canary-secret" not in done.output


async def test_a_protected_path_that_goes_before_it_is_closed_stops_no_command(
    bubblewrap, workspace, monkeypatch
):
    passing = workspace / "sub/.envrc"
    passing.parent.mkdir()
    passing.write_text("of a clone that somebody deletes")

    def options(root, guarded, **how):
        found = masks_of(root, guarded, **how)
        passing.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(bubblewrap_module, "masks_of", options)

    done = await run(bubblewrap, workspace, "echo ran")

    assert (done.exit_code, done.output, done.planted.paths) == (0, "ran\n", ())
    assert not passing.exists()
