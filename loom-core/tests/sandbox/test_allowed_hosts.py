"""Commands under bubblewrap that may reach some hosts: those, and nothing else."""

import asyncio
import contextlib
import gc
import os
import ssl
import time
from pathlib import Path

import pytest
import trustme

from loom_core.errors import SandboxUnavailable
from loom_core.network import LOOPBACK_ONLY
from loom_core.sandbox import bubblewrap as bubblewrap_module
from loom_core.sandbox import choose, describe, way_out
from loom_core.sandbox.toolchains import find_toolchains
from loom_core.settings.shape import SandboxSettings


class Host:
    """A server on this machine that plays a host of the internet."""

    def __init__(self, stack):
        self.stack = stack
        self.received: list[bytes] = []
        self.port = 0

    async def listen(self, **options):
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0, **options)
        await self.stack.enter_async_context(server)
        self.port = server.sockets[0].getsockname()[1]
        return self

    async def serve(self, reader, writer):
        with contextlib.closing(writer), contextlib.suppress(OSError):
            self.received.append(await reader.read(10_000))
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nwelcome"
            )
            await writer.drain()


@pytest.fixture
async def stack():
    async with contextlib.AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def host(stack):
    return await Host(stack).listen()


async def run(sandbox, workspace, command, **options):
    options = {"timeout_seconds": 20, "may_connect": True, **options}
    return await sandbox.run(command, workspace=workspace, **options)


async def test_an_allowed_host_is_reached_and_another_is_refused_by_name(reaching, workspace, host):
    sandbox = reaching(f"allowed.test:{host.port}")

    done = await run(
        sandbox,
        workspace,
        f"curl -sS http://allowed.test:{host.port}/; curl -sS http://evil.example/; "
        "curl -sS https://evil.example/",
    )

    assert done.output.startswith("welcome")
    assert done.refused == (
        "evil.example:80 is not in sandbox.allowed_hosts",
        "evil.example:443 is not in sandbox.allowed_hosts",
    )
    assert len(host.received) == 1


async def test_tls_goes_through_end_to_end(reaching, workspace, stack):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("allowed.test").configure_cert(context)
    authority.cert_pem.write_to_path(str(workspace / "authority.crt"))
    host = await Host(stack).listen(ssl=context)

    done = await run(
        reaching(f"allowed.test:{host.port}"),
        workspace,
        f"curl -sS --cacert authority.crt https://allowed.test:{host.port}/; "
        f"curl -sS https://allowed.test:{host.port}/",
    )

    assert done.output.startswith("welcome")
    assert "certificate" in done.output


async def test_a_server_that_answers_for_others_too_answers_for_its_allowed_name_only(
    reaching, workspace, stack
):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("allowed.test", "evil.test").configure_cert(context)
    authority.cert_pem.write_to_path(str(workspace / "authority.crt"))
    host = await Host(stack).listen(ssl=context)

    done = await run(
        reaching(f"allowed.test:{host.port}"),
        workspace,
        f"curl -sS --cacert authority.crt --connect-to evil.test:443:allowed.test:{host.port} "
        f"https://evil.test/secret; curl -sS -p --connect-to evil.test:80:allowed.test:{host.port} "
        "http://evil.test/secret",
    )

    assert done.exit_code != 0
    assert host.received == []
    assert done.refused == (
        f"allowed.test:{host.port}: the TLS in the tunnel is for another server, evil.test",
        f"allowed.test:{host.port}: what goes through the tunnel does not begin as TLS",
    )


async def test_python_node_and_git_go_through_it(reaching, workspace, host):
    url = f"http://allowed.test:{host.port}/"

    done = await run(
        reaching(f"allowed.test:{host.port}"),
        workspace,
        f"python3 -c 'import urllib.request; print(urllib.request.urlopen(\"{url}\").read())'; "
        f"git ls-remote {url}x.git",
    )

    assert "welcome" in done.output
    assert any(b"/x.git/info/refs" in head for head in host.received)


async def test_servers_of_the_command_itself_are_not_behind_the_proxy(reaching, workspace):
    done = await run(
        reaching("allowed.test"),
        workspace,
        "python3 -m http.server 8000 >/dev/null 2>&1 & \n"
        "for i in $(seq 50); do curl -sS http://localhost:8000/ 2>/dev/null && break; sleep 0.1; done",
    )

    assert "Directory listing" in done.output
    assert done.refused == ()


async def test_a_name_that_flips_reaches_only_what_was_checked(reaching, workspace, host):
    """Under the rules for the real world this machine is what a rebinding host would want."""
    answers = iter(
        [["1.1.1.1", "127.0.0.1"], ["127.0.0.1"], ["::1"], ["10.0.0.1"], ["169.254.169.254"]]
    )

    async def flip(name):
        return next(answers)

    sandbox = reaching(f"allowed.test:{host.port}", resolve=flip, rules=type(LOOPBACK_ONLY)())

    done = await run(
        sandbox,
        workspace,
        f"for i in 1 2 3 4 5; do curl -sS http://allowed.test:{host.port}/; done",
    )

    assert done.output.count("is not a public address") == 5
    assert host.received == []


async def test_parallel_commands_have_lists_of_their_own(reaching, workspace, stack):
    one, other = await Host(stack).listen(), await Host(stack).listen()
    command = f"curl -sS http://one.test:{one.port}/; curl -sS http://other.test:{other.port}/"
    for name in ("a", "b"):
        (workspace / name).mkdir()

    a, b = await asyncio.gather(
        run(reaching(f"one.test:{one.port}"), workspace / "a", command),
        run(reaching(f"other.test:{other.port}"), workspace / "b", command),
    )

    assert (len(one.received), len(other.received)) == (1, 1)
    assert a.refused == (f"other.test:{other.port} is not in sandbox.allowed_hosts",)
    assert b.refused == (f"one.test:{one.port} is not in sandbox.allowed_hosts",)


async def test_without_leave_to_connect_there_is_no_way_out(reaching, workspace, host):
    done = await run(
        reaching(f"allowed.test:{host.port}"),
        workspace,
        f"env | grep -i proxy; curl -sS -x http://127.0.0.1:3128 http://allowed.test:{host.port}/",
        may_connect=False,
    )

    assert done.exit_code == 7  # of curl: nobody is there
    assert host.received == []


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


def wait_for(path):
    while not path.exists():
        time.sleep(0.02)


@pytest.mark.parametrize("ending", ["timeout", "cancelled", "daemon"])
async def test_nothing_is_left_however_a_command_ends(reaching, workspace, host, ending):
    sandbox = reaching(f"allowed.test:{host.port}")
    await run(sandbox, workspace, "true")
    gc.collect()  # of what tests before left
    before, others = descriptors(), len(asyncio.all_tasks())
    hold = (
        "import socket, time\n"
        "held = [socket.create_connection(('127.0.0.1', 3128)) for _ in range(60)]\n"
        f"held[0].send(b'CONNECT allowed.test:{host.port} HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n')\n"
        "open('up', 'w').close(); time.sleep(100)"
    )
    (workspace / "hold.py").write_text(hold)
    command = {"daemon": "setsid python3 hold.py & while [ ! -e up ]; do sleep 0.05; done"}
    running = asyncio.create_task(
        run(
            sandbox,
            workspace,
            command.get(ending, "python3 hold.py"),
            timeout_seconds=1.5 if ending == "timeout" else 20,
        )
    )
    if ending == "cancelled":
        await asyncio.to_thread(wait_for, workspace / "up")
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    else:
        assert (await running).timed_out == (ending == "timeout")

    for _ in range(100):
        if (descriptors(), len(asyncio.all_tasks())) == (before, others):
            break
        await asyncio.sleep(0.02)
    assert (descriptors(), len(asyncio.all_tasks())) == (before, others)
    assert sorted(path.name for path in workspace.iterdir()) == ["hold.py", "up"]


async def test_many_connections_at_once_only_wait(reaching, workspace, host):
    (workspace / "many.py").write_text(
        "import concurrent.futures as c, urllib.request as u\n"
        f"url = 'http://allowed.test:{host.port}/'\n"
        "with c.ThreadPoolExecutor(50) as pool:\n"
        "    got = list(pool.map(lambda _: u.urlopen(url).read(), range(100)))\n"
        "print(set(got))"
    )

    done = await run(reaching(f"allowed.test:{host.port}"), workspace, "python3 many.py")

    assert done.output == "{b'welcome'}\n"


async def test_signals_and_exit_codes_are_those_of_a_plain_command(reaching, workspace):
    done = await run(
        reaching("allowed.test"), workspace, "yes | head -1; echo ${PIPESTATUS[0]}; exit 3"
    )

    assert (done.output, done.exit_code) == ("y\n141\n", 3)


async def test_a_python_that_commands_could_change_does_not_open_the_way(
    reaching, workspace, host, monkeypatch
):
    inside = workspace / "bin"
    inside.mkdir()
    for name in ("python3", "python"):
        (inside / name).write_text("#!/bin/sh\necho taken over\n")
        (inside / name).chmod(0o755)
    toolchains = find_toolchains({"PATH": f"{inside}:{os.environ['PATH']}"}, Path.home())
    command = f"curl -sS http://allowed.test:{host.port}/"

    by_another = await run(
        reaching(f"allowed.test:{host.port}", toolchains=toolchains), workspace, command
    )
    monkeypatch.setattr(bubblewrap_module, "_OTHER_PYTHONS", ())
    by_none = await run(
        reaching(f"allowed.test:{host.port}", toolchains=toolchains), workspace, command
    )

    assert (by_another.output, by_another.refused) == ("welcome", ())
    assert by_none.exit_code != 0
    assert "needs a Python outside of the workspace" in by_none.refused[0]
    assert len(host.received) == 1


async def test_a_way_that_cannot_be_opened_runs_nothing(reaching, workspace, monkeypatch):
    monkeypatch.setattr(way_out, "_LISTENING", "print('opens nothing')")

    with pytest.raises(SandboxUnavailable, match="could not be opened"):
        await run(reaching("allowed.test"), workspace, "touch ran")
    assert not (workspace / "ran").exists()


async def test_a_way_that_nobody_serves_ends_the_command_at_once(reaching, workspace, monkeypatch):
    def fails(*_):
        raise OSError("too many open files")

    monkeypatch.setattr(way_out.socket, "recv_fds", fails)

    with pytest.raises(SandboxUnavailable, match="could not be opened"):
        await run(reaching("allowed.test"), workspace, "touch ran", timeout_seconds=60)
    assert not (workspace / "ran").exists()


def test_it_is_said_which_hosts_are_reached(bubblewrap):
    hosts = tuple(f"h{number}.example" for number in range(9))
    chosen = describe(SandboxSettings(allowed_hosts=("pypi.org", "*.example.org:80")))

    assert "with network to pypi.org, *.example.org:80 only" in chosen.detail
    assert chosen.sandbox.allowed_hosts == ("pypi.org", "*.example.org:80")
    assert chosen.sandbox.has_network
    twice = SandboxSettings(allowed_hosts=("pypi.org", "pypi.org:443", "PyPI.org"))
    assert choose(twice).allowed_hosts == ("pypi.org",)
    assert "h7.example and 1 more only" in describe(SandboxSettings(allowed_hosts=hosts)).detail


def test_a_list_bounds_the_whole_network_and_offline_ends_both(bubblewrap):
    both = SandboxSettings(network=True, allowed_hosts=("pypi.org",))

    assert choose(both).allowed_hosts == ("pypi.org",)
    assert not choose(both, is_offline=True).has_network
    assert not choose(SandboxSettings(network=True), is_offline=True).has_network


@pytest.mark.parametrize(
    ("hosts", "is_offline", "ignored"),
    [(("pypi.org",), False, "sandbox.allowed_hosts"), ((), True, "--offline")],
)
def test_without_a_sandbox_it_is_said_that_nothing_bounds_the_network(hosts, is_offline, ignored):
    chosen = describe(SandboxSettings(backend="none", allowed_hosts=hosts), is_offline=is_offline)

    assert not chosen.is_as_set
    assert f"{ignored} does not bind them" in chosen.detail
    assert describe(SandboxSettings(backend="none")).is_as_set


async def test_landlock_keeps_the_network_off_for_a_list_and_says_so(landlock, workspace, host):
    chosen = describe(
        SandboxSettings(backend="landlock", network=True, allowed_hosts=("pypi.org",))
    )

    done = await run(
        chosen.sandbox,
        workspace,
        f"python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", {host.port}))'",
    )

    assert done.exit_code != 0
    assert host.received == []
    assert not chosen.sandbox.has_network
    assert not chosen.is_as_set
    assert "without network, since sandbox.allowed_hosts needs bubblewrap" in chosen.detail
    assert "install bubblewrap" in chosen.fix
