import os
import socket
import sys
from contextlib import nullcontext
from pathlib import Path
from secrets import token_hex

import pytest

from loom_core.errors import SandboxUnavailable
from loom_core.sandbox import choice, choose, describe
from loom_core.sandbox.bubblewrap import BubblewrapSandbox
from loom_core.sandbox.landlock import LandlockSandbox
from loom_core.sandbox.process import Launch
from loom_core.sandbox.toolchains import find_toolchains
from loom_core.settings.shape import SandboxSettings


@pytest.fixture
def forgotten():
    choice._found.cache_clear()
    yield
    choice._found.cache_clear()


def test_none_is_chosen_when_asked_for():
    chosen = describe(SandboxSettings(backend="none"))

    assert not chosen.sandbox.is_confining
    assert "asks first" in chosen.detail


@pytest.mark.usefixtures("forgotten")
def test_without_bubblewrap_and_landlock_nothing_confines_and_the_fix_is_told(
    monkeypatch, tmp_path
):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(choice, "landlock_abi", lambda: 2)  # as on a kernel of 2022

    chosen = describe(SandboxSettings())

    assert chosen.sandbox.name == "none"
    assert "version 2" in chosen.detail
    assert "install bubblewrap" in chosen.fix
    for backend, reason in (("bubblewrap", "not installed"), ("landlock", "Linux 6.12")):
        with pytest.raises(SandboxUnavailable, match=reason):
            choose(SandboxSettings(backend=backend))


@pytest.mark.usefixtures("forgotten", "landlock")
def test_without_bubblewrap_landlock_confines_and_the_reason_is_told(monkeypatch, tmp_path):
    (tmp_path / "python3").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path))

    chosen = describe(SandboxSettings())

    assert chosen.sandbox.name == "landlock"
    assert "bubblewrap is not installed" in chosen.detail
    assert chosen.fix


@pytest.mark.usefixtures("forgotten")
@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo no namespaces here >&2; exit 1", "no namespaces here"),
        ("true", "could not write the workspace"),
        ('for last; do :; done; eval "$last"', "write outside"),
    ],
)
def test_a_bubblewrap_that_does_not_confine_is_not_used(monkeypatch, tmp_path, script, reason):
    monkeypatch.chdir(tmp_path)  # where what the probe writes without a sandbox lands
    program = tmp_path / "bwrap"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    chosen = describe(SandboxSettings())

    assert chosen.sandbox.name != "bubblewrap"
    assert reason in chosen.detail


@pytest.mark.usefixtures("forgotten")
def test_a_landlock_that_does_not_confine_is_not_used(monkeypatch):
    if sys.platform != "linux" or choice.landlock_abi() < choice.LEAST_ABI:
        pytest.skip("this kernel has no such Landlock")
    nothing = Launch(["/bin/true"], {}, Path("/"))
    monkeypatch.setattr(LandlockSandbox, "launch", lambda *_: nullcontext(nothing))

    chosen = describe(SandboxSettings(backend="landlock"))

    assert chosen.sandbox.name == "none"
    assert "could not write the workspace" in chosen.detail


def test_it_is_tried_once_in_a_process(bubblewrap):
    assert isinstance(bubblewrap, BubblewrapSandbox)
    assert choose(SandboxSettings()) is choose(SandboxSettings())
    assert choose(SandboxSettings(backend="bubblewrap")).is_confining


async def test_with_network_the_host_is_reached(bubblewrap, tmp_path):
    sandbox = choose(SandboxSettings(network=True))

    done = await sandbox.run(
        "ls /sys/class/net /proc/net/route; cat /proc/net/route",
        workspace=tmp_path,
        timeout_seconds=10,
        may_connect=True,
    )

    closed = await bubblewrap.run("cat /proc/net/route", workspace=tmp_path, timeout_seconds=10)
    assert done.output.count("\n") > closed.output.count("\n")


@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM"])
async def test_with_network_the_sockets_of_other_programs_stay_closed(bubblewrap, tmp_path, kind):
    """They have no file, and on a desktop one of them starts programs."""
    name = f"\0loom-{token_hex(8)}"
    makes = {
        "SOCK_STREAM": "one = socket.socket(socket.AF_UNIX)",
        "SOCK_DGRAM": "one, _ = socket.socketpair(type=socket.SOCK_DGRAM)",
    }
    (tmp_path / "try.py").write_text(f"import socket\n{makes[kind]}\none.connect({name!r})\n")
    with socket.socket(socket.AF_UNIX, getattr(socket, kind)) as listening:
        listening.bind(name)
        if kind == "SOCK_STREAM":
            listening.listen()

        done = await choose(SandboxSettings(network=True)).run(
            "python3 try.py", workspace=tmp_path, timeout_seconds=20, may_connect=True
        )

    assert done.exit_code == 1
    assert "not supported" in done.output


def test_only_what_is_installed_is_shown_of_a_hidden_directory_below_home(tmp_path):
    """Programs that install themselves there often keep their credentials beside it."""
    home = tmp_path / "home"
    for directory in (
        *(".fly/bin", ".fly/lib", ".fly/store/v2", ".local/bin", ".local/lib/python3"),
        *(".local/share/keyrings", ".local/share/app/v1/bin", ".local/share/other/versions"),
    ):
        (home / directory).mkdir(parents=True)
    for name, program in (("app", "app/v1/bin/app"), ("other", "other/versions/2"), ("gone", "x")):
        (home / ".local/bin" / name).symlink_to(f"../share/{program}")
    (home / ".fly/config.yml").write_text("access_token: secret")
    (home / ".fly/store/v2/fly").write_text("")
    (home / ".fly/bin/fly").symlink_to("../store/v2/fly")
    (home / ".local/share/uv/credentials").mkdir(parents=True)
    (home / ".local/share/uv/tools").mkdir()
    (home / ".local/bin/python3").write_text("")
    (home / ".local/bin/python3").chmod(0o755)

    found = find_toolchains({"PATH": f"{home}/.fly/bin:{home}/.local/bin"}, home)

    own = {name for name in found.directories if name.startswith(str(home))}
    assert own == {
        str(home / name)
        for name in (
            ".fly/bin",
            ".fly/lib",
            ".fly/store",
            ".local/bin",
            ".local/lib",
            ".local/share/app/v1",
            ".local/share/other/versions",
            ".local/share/uv/tools",
        )
    }


def test_toolchains_below_home_are_shown_but_not_home(tmp_path):
    home = tmp_path / "home"
    for directory in (
        ".cargo/bin",
        ".nvm/versions/node/v20/bin",
        "bin",
        "work/tool/bin",
        ".rustup",
    ):
        (home / directory).mkdir(parents=True)
    path = [
        home / ".cargo/bin",
        home / ".nvm/versions/node/v20/bin",
        home / "bin",
        home / "work/tool/bin",
    ]

    found = find_toolchains(
        {"PATH": ":".join([*map(str, path), "relative", "", str(home / "no")])}, home
    )

    assert found.path == tuple(map(str, path))
    own = {name for name in found.directories if name.startswith(str(home))}
    assert own == {
        str(home / name)
        for name in (".cargo/bin", ".nvm/versions/node/v20", "bin", "work/tool/bin", ".rustup")
    }
    assert str(home) not in found.directories
