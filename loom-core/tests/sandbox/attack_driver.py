"""Runs every attack under one backend and prints what each of them reached, as JSON.

A process of its own, so that the attacks can be tried as an ordinary user too:
``LOOM_CANARY=… python attack_driver.py BACKEND ATTACKS.toml DIRECTORY``, where ``BACKEND+hosts`` lets the
commands reach a host of the internet.
"""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex

from loom_core.sandbox import choose
from loom_core.settings.shape import SandboxSettings
from loom_core.workspace.protected import EDITOR_NAMES, PROTECTED_NAMES

SECRET = os.environ["LOOM_CANARY"]
"""Also in the environment of this process, where an attack could read it."""
BACKEND, _, WITH_HOSTS = sys.argv[1].partition("+")
SLEEP = shutil.which("sleep")
GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]


def git(directory, *arguments):
    """Git as somebody runs it who works in the workspace: nothing is hardened."""
    return subprocess.run(
        [*GIT, *arguments], cwd=directory, capture_output=True, check=False, timeout=20
    )


def fingerprint(top):
    """Everything about the files below a directory that an attack may not change."""
    found = {}
    for path in [top, *sorted(top.rglob("*"))]:
        facts = path.lstat()
        content = path.read_bytes() if path.is_file() else b""
        found[str(path)] = (facts.st_mode, facts.st_uid, facts.st_mtime_ns, facts.st_nlink, content)
    return found


DATA = {"HEAD", "objects", "refs", "logs", "index", "COMMIT_EDITMSG", "branches", "description"}
"""What cannot make git run anything; Landlock cannot keep it from being changed."""


def protected(root):
    """The protected paths of a workspace with their contents."""
    found = {}
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        below_git = parts[parts.index(".git") + 1 :] if ".git" in parts else ()
        if BACKEND == "landlock" and set(below_git[:1]) & DATA:
            continue
        if set(parts) & set(PROTECTED_NAMES) or parts[0] in EDITOR_NAMES:
            found[str(path)] = path.read_bytes() if path.is_file() else b""
    return found


def make_workspace(root):
    """A repository with a commit, one below it, and a directory with a protected file."""
    for repository in (root, root / "nested"):
        repository.mkdir(parents=True)
        git(repository, "init", "-q", ".")
        (repository / "tracked").write_text("x")
    (root / "plain").mkdir()
    (root / "plain/.envrc").write_text("true\n")
    git(root, "config", "include.path", "../.gitmore")
    git(root, "add", "tracked")
    git(root, "commit", "-q", "-m", "first")


@dataclass
class Target:
    """One workspace with everything around it that an attack could reach."""

    template: Path
    """A workspace to copy."""
    top: Path
    stack: contextlib.ExitStack
    sockets: dict[str, socket.socket] = field(default_factory=dict)

    def __post_init__(self):
        self.workspace = self.top / "work"
        self.canary = self.top / "outside" / "c"
        self.home = self.top / "outside" / "home"
        for directory in (self.canary, self.home / ".ssh"):
            directory.mkdir(parents=True)
        for place in (self.canary / "f", self.home / ".secret", self.home / ".ssh/id_rsa"):
            place.write_text(SECRET)
        (self.home / ".bashrc").write_text("")
        shutil.copytree(self.template, self.workspace)
        self._listen()
        self.victim = subprocess.Popen([f"sleep-{SECRET}", "1000"], executable=SLEEP)
        self.stack.callback(self.victim.wait)
        self.stack.callback(self.victim.kill)
        self.before = fingerprint(self.top / "outside")
        self.protected_before = protected(self.workspace)

    def _listen(self):
        self.abstract = f"loom-{token_hex(6)}"
        self.path = self.top / "outside" / "s"
        for name, family, kind, address in (
            ("tcp", socket.AF_INET6, socket.SOCK_STREAM, ("::", 0)),
            ("udp", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            ("unix", socket.AF_UNIX, socket.SOCK_STREAM, str(self.path)),
            ("abstract", socket.AF_UNIX, socket.SOCK_STREAM, f"\0{self.abstract}"),
            ("datagram", socket.AF_UNIX, socket.SOCK_DGRAM, f"{self.path}-datagram"),
            ("hidden datagram", socket.AF_UNIX, socket.SOCK_DGRAM, f"\0{self.abstract}-datagram"),
        ):
            made = self.stack.enter_context(socket.socket(family, kind))
            made.bind(address)
            if kind == socket.SOCK_STREAM:
                made.listen()
            made.setblocking(False)
            self.sockets[name] = made

    def filled(self, command, *, is_foreign):
        """The command with the places filled in; a foreign corpus does not double its braces."""
        places = {
            "canary": self.canary,
            "canary_dir": self.canary.parent,
            "canary_relative": f"../{self.canary.relative_to(self.top)}",
            "workspace": self.workspace,
            "home": self.home,
            "port": self.sockets["tcp"].getsockname()[1],
            "udp_port": self.sockets["udp"].getsockname()[1],
            "socket": self.path,
            "abstract": self.abstract,
            "victim": self.victim.pid,
            "host": os.getpid(),
        }
        if not is_foreign:
            return command.format(**places)
        for name, value in places.items():
            command = command.replace(f"{{{name}}}", str(value))
        return command

    def reached(self, output):
        """What an attack got hold of; empty when it failed."""
        found = ["read the secret"] if SECRET in output else []
        found += ["reached the kernel"] if "kernel" in output.splitlines() else []
        found += ["killed a process"] if self.victim.poll() is not None else []
        for name, listening in self.sockets.items():
            with contextlib.suppress(BlockingIOError):
                (
                    listening.recv(9)
                    if listening.type == socket.SOCK_DGRAM
                    else listening.accept()[0].close()
                )
                found.append(f"connected over {name}")
        found += ["changed what is outside"] if self._is_changed() else []
        now = protected(self.workspace)
        other = {name for name in now if now[name] != self.protected_before.get(name)}
        harmless = {name for name in other if self._is_plain_repository(name)}
        found += [f"planted {sorted(other - harmless)}"] if other - harmless else []
        self._somebody_works_there()
        found += ["had something run later"] if self._is_changed() else []
        return found

    def _is_plain_repository(self, name):
        """Whether a path belongs to a new repository; whether it does harm is tried out."""
        parts = Path(name).relative_to(self.workspace).parts
        return ".git" in parts[1:] and parts[0] != "nested"

    def _is_changed(self):
        return fingerprint(self.top / "outside") != self.before

    def _somebody_works_there(self):
        """What a person's shell prompt and editor do in every directory of the workspace."""
        directories = [path for path in self.workspace.rglob("*") if path.is_dir()]
        for directory in [self.workspace, *directories]:
            if (directory / ".git").exists() or (directory / "HEAD").exists():
                git(directory, "status")
                git(directory, "diff")


def attacks_of(corpus):
    """The commands of a corpus by name."""
    if corpus.suffix == ".json":
        return {case["id"]: case["command"] for case in json.loads(corpus.read_text())["cases"]}
    kinds = tomllib.loads(corpus.read_text())
    return {name: command for kind in kinds.values() for name, command in kind.items()}


async def run_all(backend, attacks, place, *, is_foreign):
    hosts = ("allowed.example",) if WITH_HOSTS else ()
    sandbox = choose(SandboxSettings(backend=backend, allowed_hosts=hosts))
    assert sandbox.name == backend, sandbox.name
    at_once = asyncio.Semaphore(4)
    template = place / "template"
    make_workspace(template)

    async def attack(name, command):
        async with at_once:
            with contextlib.ExitStack() as stack:
                target = await asyncio.to_thread(Target, template, place / name, stack)
                done = await sandbox.run(
                    target.filled(command, is_foreign=is_foreign),
                    workspace=target.workspace,
                    timeout_seconds=10,
                    may_connect=bool(WITH_HOSTS),
                )
                reached = await asyncio.to_thread(target.reached, done.output)
                return name, [reached, done.output[-600:]]

    reached = await asyncio.gather(*(attack(*item) for item in attacks.items()))
    return dict(reached)


if __name__ == "__main__":
    corpus = Path(sys.argv[2])
    reached = asyncio.run(
        run_all(
            BACKEND,
            attacks_of(corpus),
            Path(sys.argv[3]),
            is_foreign=corpus.suffix == ".json",
        )
    )
    sys.stdout.write(json.dumps(reached))
