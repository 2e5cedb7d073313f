import asyncio
import contextlib
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest

from loom_core.workspace import Workspace


@pytest.fixture
def mark() -> str:
    # A number of seconds that no other process sleeps, not even one of another run of this test.
    return f"300.{uuid4().int}"


def survivors(mark: str) -> list[str]:
    """Command lines of processes that carry a mark; a killed one may take a moment to go."""
    found: list[str] = []
    for _ in range(50):
        found = []
        for process in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                line = (process / "cmdline").read_bytes() if process.name.isdigit() else b""
                found += [line.decode()] if mark.encode() in line else []
        if not found:
            break
        time.sleep(0.02)
    return found


async def run(sandbox, workspace, command, **limits):
    return await sandbox.run(command, workspace=workspace, **{"timeout_seconds": 20, **limits})


async def test_output_and_exit_code_are_told(sandbox, workspace):
    done = await run(sandbox, workspace, "echo out; echo err >&2; exit 3")

    assert (done.output, done.exit_code, done.timed_out) == ("out\nerr\n", 3, False)


async def test_it_runs_in_the_workspace_and_may_write_there(sandbox, workspace):
    done = await run(sandbox, workspace, "pwd; echo hi > made; mkdir d; mv made d/; cat d/made")

    assert done.output == f"{workspace}\nhi\n"
    assert (workspace / "d/made").read_text() == "hi\n"


async def test_redirecting_to_dev_null_works(sandbox, workspace):
    done = await run(
        sandbox, workspace, "ls /nonexistent 2>/dev/null || echo gone >/dev/null; echo ok"
    )

    assert done.output == "ok\n"


async def test_stdin_is_closed(sandbox, workspace):
    done = await run(sandbox, workspace, "cat; read answer; echo \"got '$answer'\"")

    assert done.output == "got ''\n"


async def test_python_is_there_and_leaves_no_caches(sandbox, workspace):
    (workspace / "module.py").write_text("value = 42")

    done = await run(
        sandbox, workspace, "python3 -c 'import module, ssl, json; print(module.value)'"
    )

    assert done.output == "42\n"
    assert [path.name for path in workspace.iterdir()] == ["module.py"]


async def test_the_environment_holds_no_secret(workspace, bubblewrap, monkeypatch):
    from loom_core.sandbox.environment import scrubbed

    environment = scrubbed({"API_KEY": "s3cret", "LANG": "C"}, path="/bin", home="/h")

    assert "API_KEY" not in environment
    assert environment["LANG"] == "C"
    done = await run(bubblewrap, workspace, "env")
    assert {line.split("=")[0] for line in done.output.splitlines()} <= {
        *environment,
        "PWD",
        "SHLVL",
        "_",
        "OLDPWD",
        "LANGUAGE",
        "LC_ALL",
        "LC_CTYPE",
        "TZ",
    }


async def test_a_command_that_ignores_signals_is_killed_at_its_time(sandbox, workspace, mark):
    began = time.monotonic()

    done = await run(sandbox, workspace, f"trap '' TERM INT HUP; sleep {mark}", timeout_seconds=0.3)

    assert done.timed_out
    assert done.exit_code is None
    assert time.monotonic() - began < 5
    assert survivors(mark) == []


async def test_limits_are_set_and_cannot_be_raised(confining, workspace):
    done = await run(
        confining,
        workspace,
        "ulimit -u 100000 2>/dev/null; ulimit -n 100000 2>/dev/null; ulimit -d unlimited 2>/dev/null\n"
        "ulimit -c; ulimit -n; ulimit -f; ulimit -u; ulimit -d; ulimit -t",
    )

    core, files, size, processes, data, cpu = done.output.split()
    assert (core, files, processes, cpu) == ("0", "4096", "4096", "3600")
    assert int(size) * 1024 <= 8 * 1024**3
    assert int(data) == 8 * 1024**2


async def test_more_memory_than_allowed_is_refused(confining, workspace):
    done = await run(confining, workspace, "python3 -c 'bytearray(9 * 1024**3)'")

    assert "MemoryError" in done.output


@pytest.mark.parametrize(
    "command",
    [
        "sleep MARK & echo started",
        "nohup setsid sleep MARK >/dev/null 2>&1 & echo started",
        "(setsid sh -c 'sleep MARK & sleep MARK' &) ; echo started",
        "(env -i setsid sh -c 'trap \"\" TERM HUP; sleep MARK; sleep MARK' >/dev/null 2>&1 &); echo started",
    ],
)
async def test_nobody_is_left_behind(sandbox, workspace, command, mark):
    began = time.monotonic()

    done = await run(sandbox, workspace, command.replace("MARK", mark))

    assert done.output == "started\n"
    assert time.monotonic() - began < 8
    assert survivors(mark) == []


async def test_cancelling_kills_the_tree(sandbox, workspace, mark):
    running = asyncio.create_task(
        run(sandbox, workspace, f"touch started; setsid sleep {mark} & sleep {mark}")
    )
    async with asyncio.timeout(10):
        while not (workspace / "started").exists():  # noqa: ASYNC110 - the command cannot set an event
            await asyncio.sleep(0.01)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert survivors(mark) == []


async def test_a_gigabyte_of_output_is_bounded(sandbox, workspace):
    done = await run(
        sandbox, workspace, "echo first; yes | head -c 1000000000; echo last", max_output_bytes=2000
    )

    assert done.output.startswith("first\ny\n")
    assert done.output.endswith("y\nlast\n")
    assert len(done.output) < 2100
    assert done.left_out_bytes == 1_000_000_000 + 11 - 2000


async def test_endless_output_ends_at_the_limit(sandbox, workspace):
    done = await run(sandbox, workspace, "yes", timeout_seconds=0.3)

    assert done.timed_out
    assert done.left_out_bytes > 0


async def test_many_commands_run_at_once(sandbox, workspace):
    results = await asyncio.gather(
        *(run(sandbox, workspace, f"echo {number} > f{number}") for number in range(10))
    )

    assert {result.exit_code for result in results} == {0}
    assert len(list(workspace.iterdir())) == 10


async def test_a_fork_bomb_ends_with_its_time(sandbox, workspace, mark):
    began = time.monotonic()

    await run(
        sandbox,
        workspace,
        f"ulimit -u 60; i=0; while [ $i -lt 60 ]; do (setsid sleep {mark} &) ; i=$((i+1)); done; sleep 60",
        timeout_seconds=1,
    )

    assert time.monotonic() - began < 8
    assert survivors(mark) == []


async def test_permissions_and_times_of_own_files_can_be_set(confining, workspace):
    done = await run(
        confining,
        workspace,
        "echo 'echo ran' > tool; chmod +x tool; ./tool; touch -d 2001-02-03 tool; "
        "tar cf t.tar tool; rm tool; tar xf t.tar; cp -p tool copy; date -r copy +%Y-%m-%d; "
        "ln -s tool link; touch -h link; stat -c %A copy; mkfifo pipe; chmod 700 pipe; echo end",
    )

    assert done.output == "ran\n2001-02-03\n-rwxr-xr-x\nend\n"


SCRIPT = """
import asyncio, sys
from pathlib import Path
from loom_core.sandbox import choose
from loom_core.settings.shape import SandboxSettings
command = f"touch started; setsid sleep {sys.argv[2]} & sleep {sys.argv[2]}"
sandbox = choose(SandboxSettings(backend=sys.argv[3]))
asyncio.run(sandbox.run(command, workspace=Path(sys.argv[1]), timeout_seconds=60))
"""


async def test_when_loom_is_killed_its_commands_die_and_leave_no_stand_ins(
    confining, workspace, mark
):
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SCRIPT, str(workspace), mark, confining.name
    )
    async with asyncio.timeout(20):
        while not (workspace / "started").exists():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.01)

    killed.kill()
    await killed.wait()

    assert survivors(mark) == []
    Workspace(workspace)
    assert [path.name for path in workspace.iterdir()] == ["started"]
