"""What commands and git can do where some hosts are allowed, in a real sandbox."""

import asyncio
import functools
import http.server
import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from loom_core.network import LOOPBACK_ONLY, AddressRules, AllowedHost
from loom_core.sandbox import CommandResult, Sandbox
from loom_core.sandbox.bounds import bounds_of
from loom_core.sandbox.bubblewrap import BubblewrapSandbox
from loom_core.sandbox.reach import Reach
from loom_core.sandbox.toolchains import find_toolchains
from loom_core.settings.shape import SandboxSettings
from loom_core.workspace.quarantine import quarantine_of
from loom_tools.git.saying import said
from loom_tools.git_command import GitCommand
from loom_tools.refused import told_of_refused
from loom_tools.shell_execute import ShellExecute, ShellExecuteArguments


async def here(name):
    return ["127.0.0.1"]


class Anywhere(AddressRules):
    """Lets a test reach the package index of this machine, wherever that is."""

    def require_allowed(self, address):
        pass


@pytest.fixture
def reaching(session, tmp_path):
    """Gives the session a sandbox that reaches some hosts."""
    if session.context.sandbox.name != "bubblewrap":
        pytest.skip("bubblewrap does not work here")
    environment = dict(os.environ)

    def reach(*hosts, **how):
        session.context.sandbox = BubblewrapSandbox(
            shutil.which("bwrap"),
            find_toolchains(environment, Path.home()),
            environment,
            quarantine=quarantine_of(tmp_path),
            bounds=bounds_of(SandboxSettings()),
            reach=Reach(hosts=tuple(map(AllowedHost.parse, hosts)), **how),
        )
        return session

    return reach


@pytest.fixture
def served(tmp_path):
    """A repository behind plain HTTP, and the port."""
    directory = tmp_path / "served"
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(directory)]
    subprocess.run(["git", "init", "-q", "-b", "main", str(directory)], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "theirs"], check=True)
    subprocess.run([*git, "update-server-info"], check=True)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(directory))
    handler.func.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def repository(root, served):
    url = f"http://allowed.test:{served}/.git"
    subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True)
    subprocess.run(["git", "-C", str(root), "remote", "add", "origin", url], check=True)
    return root


async def test_git_fetches_from_an_allowed_host(reaching, repository, served):
    session = reaching(f"allowed.test:{served}", rules=LOOPBACK_ONLY, resolve=here)

    result = await session.call(GitCommand, args="fetch origin main")
    log = await session.call(GitCommand, args="log FETCH_HEAD --format=%s")

    assert not result.is_error, result.text
    assert "theirs" in log.text
    assert "refused" not in result.facts


async def test_git_is_told_which_host_was_refused(reaching, repository, served):
    session = reaching("other.test", rules=LOOPBACK_ONLY, resolve=here)

    result = await session.call(GitCommand, args="fetch origin main")

    assert result.is_error
    assert f"Refused: allowed.test:{served} is not in sandbox.allowed_hosts." in result.text
    assert result.facts["refused"] == [f"allowed.test:{served} is not in sandbox.allowed_hosts"]


class NotingSandbox(Sandbox):
    """Notes which commands could have connected."""

    name = "noting"
    is_confining = True

    def __init__(self):
        self.connected = []

    async def run(self, command, *, may_connect=False, **_):
        self.connected.append(may_connect)
        return CommandResult(output="", exit_code=0)


@pytest.mark.parametrize(
    ("tool", "arguments", "may_connect"),
    [
        (ShellExecute, {"command": "pip install x"}, True),
        (ShellExecute, {"command": "ls"}, False),
        (GitCommand, {"args": "fetch origin"}, True),
        (GitCommand, {"args": "push origin main"}, True),
        (GitCommand, {"args": "status"}, False),
        (GitCommand, {"args": "add -A"}, False),
    ],
)
async def test_only_what_may_be_asked_about_can_connect(
    session, repository, tool, arguments, may_connect
):
    session.context.sandbox = NotingSandbox()
    made = tool()
    parsed = made.arguments_model.model_validate(arguments)
    session.context.intended = (await made.intend(parsed, session.context)).facts
    session.context.sandbox = NotingSandbox()  # less what the intent looked at
    await made.run(parsed, session.context)

    assert session.context.sandbox.connected == [may_connect]


async def test_a_command_connects_only_if_its_intent_said_so(session):
    session.context.sandbox = NotingSandbox()
    session.context.intended = {"sandbox": "noting", "may_connect": False}

    await ShellExecute().run(ShellExecuteArguments(command="curl a.org"), session.context)

    assert session.context.sandbox.connected == [False]


def test_many_refusals_are_told_in_one_line():
    (line,) = told_of_refused(
        [f"h{number}.example is not in sandbox.allowed_hosts" for number in range(7)]
    )

    assert "h4.example is not in sandbox.allowed_hosts; 2 more. Only a person" in line
    assert told_of_refused(["a.org:443: no TLS was begun"]) == [
        "Refused: a.org:443: no TLS was begun."
    ]
    assert told_of_refused(()) == []


INDEX = ("pypi.org", "files.pythonhosted.org")
DOWNLOAD = "python3 -m pip download --no-deps --no-cache-dir --retries 0 -d got iniconfig"


def can_download(directory):
    """Whether pip reaches the package index from this machine, and by these names."""
    done = subprocess.run(
        [*DOWNLOAD.split(), "--index-url", f"https://{INDEX[0]}/simple"],
        cwd=directory,
        capture_output=True,
        check=False,
        timeout=100,
        env={"PATH": os.environ["PATH"], "HOME": str(directory)},
    )
    return done.returncode == 0


@pytest.mark.slow
async def test_pip_downloads_a_package_from_allowed_hosts_alone(reaching, root, tmp_path):
    if not await asyncio.to_thread(can_download, tmp_path):
        pytest.skip("the package index cannot be reached")

    closed = await reaching("other.example").call(ShellExecute, command=DOWNLOAD)
    opened = await reaching(*INDEX, rules=Anywhere()).call(ShellExecute, command=DOWNLOAD)

    assert closed.is_error
    assert "pypi.org:443 is not in sandbox.allowed_hosts" in closed.facts["refused"]
    assert not opened.is_error, opened.text
    assert [path.suffix for path in (root / "got").iterdir()] == [".whl"]


@pytest.mark.parametrize(
    ("output", "hint"),
    [
        ("ssh: Could not resolve hostname a.org: Temporary failure", "use an https remote"),
        ("fatal: unable to look up a.org (port 9418)", "use an https remote"),
        ("fatal: unable to access 'https://a.org/': Could not resolve host: a.org", "no network"),
    ],
)
def test_git_is_told_what_goes_through_the_proxy(output, hint):
    told = said(CommandResult(output=output, exit_code=128), 1)

    assert hint in told.splitlines()[-1]
