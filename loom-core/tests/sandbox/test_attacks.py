"""Every known attack under every backend that works here, as this user and as an ordinary one."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from functools import cache
from pathlib import Path
from secrets import token_hex

import pytest

from loom_core.sandbox import describe
from loom_core.settings.shape import SandboxSettings

HERE = Path(__file__).parent
OWN = HERE / "attacks.toml"
SHARED = HERE.parents[3] / "shared" / "corpora" / "shell_attacks.json"
NAMES = [name for kind in tomllib.loads(OWN.read_text()).values() for name in kind]
SHARED_NAMES = (
    [case["id"] for case in json.loads(SHARED.read_text())["cases"]] if SHARED.exists() else []
)
BACKENDS = ["bubblewrap", "landlock"]
WITH_HOSTS = "bubblewrap+hosts"
"""Where a command can reach a host of the internet, but nothing that an attack aims at."""
USERS = ["self", "ordinary"]
ORDINARY = 65534
LIMIT_SECONDS = 280
"""Far more than it takes: a dozen seconds where nothing else runs."""
PYTHONS = [sys.executable, "/usr/bin/python3"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@cache
def outcome(backend: str, user: str, corpus: Path) -> dict[str, list[object]] | str:
    """What each attack reached, and its output; all are run at once. Or why they cannot be run.

    Once in a process, so that the workers of pytest-xdist have to share tests by file.
    """
    name = backend.partition("+")[0]
    found = describe(SandboxSettings(backend=name))
    if found.sandbox.name != name:
        return found.detail
    with tempfile.TemporaryDirectory(prefix="loom-attacks-") as top:
        place = Path(top) / "place"
        place.mkdir()
        as_user, python = [], sys.executable
        environment = {
            "HOME": top,
            "LOOM_CANARY": f"canary-{token_hex(12)}",
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }
        if user == "ordinary":
            if os.geteuid() != 0 or shutil.which("setpriv") is None:
                return "only root can become an ordinary user, with setpriv"
            as_user = ["setpriv", f"--reuid={ORDINARY}", f"--regid={ORDINARY}", "--clear-groups"]
            for path in (top, place):
                os.chown(path, ORDINARY, ORDINARY)
            python = next((name for name in PYTHONS if can_run(as_user, name, environment)), "")
            if not python:
                return "an ordinary user cannot run this Python"
        try:
            done = subprocess.run(
                [*as_user, python, str(HERE / "attack_driver.py"), backend, str(corpus), place],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=LIMIT_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return f"failed: not all were tried within {LIMIT_SECONDS} s"  # once, not for each
    return json.loads(done.stdout) if done.returncode == 0 else "failed:" + done.stderr[-3000:]


def can_run(as_user, python, environment):
    """Whether a user can run Loom with an interpreter that can also start itself."""
    code = "import loom_core.sandbox, subprocess, sys; subprocess.run([sys.executable, '-c', ''])"
    done = subprocess.run(
        [*as_user, python, "-c", code], env=environment, capture_output=True, check=False
    )
    return done.returncode == 0


def reached(backend: str, user: str, corpus: Path, name: str) -> tuple[list[str], str]:
    """What one attack reached, and its output; skips where they cannot be run."""
    got = outcome(backend, user, corpus)
    if isinstance(got, str):
        assert not got.startswith("failed:"), got
        pytest.skip(got)
    return got[name]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("backend", [*BACKENDS, WITH_HOSTS])
def test_no_attack_gets_out(backend, user, name):
    got, output = reached(backend, user, OWN, name)

    assert got == [], output


@pytest.mark.skipif(not SHARED_NAMES, reason="the shared corpus of attacks is not there")
@pytest.mark.parametrize("name", SHARED_NAMES)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("backend", BACKENDS)
def test_no_attack_of_the_shared_corpus_gets_out(backend, user, name):
    got, output = reached(backend, user, SHARED, name)

    assert got == [], output


def test_the_attacks_do_reach_what_they_aim_at_where_nothing_confines_them(tmp_path):
    """Otherwise an attack that misses would look like one that was stopped."""
    corpus = tmp_path / "attacks.toml"
    aims = tomllib.loads(OWN.read_text())
    kinds = {
        "paths": ["read-absolute", "write-absolute", "chmod-outside", "symlink-read"],
        "proc": ["proc-host-environ", "proc-cmdline"],
        "processes": ["kill-victim"],
        "sockets": ["tcp-python", "udp", "unix-path", "unix-abstract"],
        "git": [
            "hook-root",
            "config-append",
            "nested-config",
            "commondir",
            "nested-bare",
            "included-settings",
        ],
        "planted": ["envrc"],
    }
    chosen = {name: aims[kind][name] for kind, names in kinds.items() for name in names}
    lines = [f"{name} = {json.dumps(command)}" for name, command in chosen.items()]
    corpus.write_text("\n".join(["[chosen]", *lines]))

    missed = [name for name in chosen if not reached("none", "self", corpus, name)[0]]

    assert missed == []
