"""Programs that stay for long and are spoken to, such as MCP servers, confined with bubblewrap.

A command works in a workspace and ends; these have a directory of their own, and of everything else only
what the user gave them.
"""

import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from loom_core.errors import SandboxUnavailable
from loom_core.sandbox.bubblewrap_options import PROGRAMS, file_system, namespaces
from loom_core.sandbox.call_filter import call_filter
from loom_core.sandbox.choice import require_bubblewrap
from loom_core.sandbox.environment import scrubbed
from loom_core.sandbox.process import Launch
from loom_core.sandbox.toolchains import find_toolchains


@dataclass(frozen=True, slots=True)
class Grants:
    """What a program may have beside its own directory and the installed programs."""

    readable: Sequence[Path] = ()
    writable: Sequence[Path] = ()
    network: bool = False


@contextmanager
def launch_confined(
    argv: Sequence[str],
    *,
    directory: Path,
    grants: Grants,
    hidden: Path,
    environ: Mapping[str, str],
    given: Mapping[str, str],
) -> Generator[Launch]:
    """How a program is started that stays; start it while inside.

    Args:
        argv: the program and its arguments. Where it has a path, what it is installed with can be read.
        directory: its own, which it may write: its current directory and its home.
        grants: what else it may have.
        hidden: Loom's home, which nobody may see whatever was granted.
        environ: the environment of this process, which is scrubbed.
        given: variables that it gets beside those.

    Raises:
        SandboxUnavailable: bubblewrap does not work here, or a grant is a part of Loom's home.
    """
    program = require_bubblewrap()
    own, kept = directory.resolve(), hidden.resolve()
    toolchains = find_toolchains({**environ, "PATH": _search_path(argv[0], environ)}, Path.home())
    names = ["--ro-bind-try", "/etc/resolv.conf", "/etc/resolv.conf"] if grants.network else []
    with call_filter(network=grants.network) as calls:
        options = [
            *calls.options,
            *namespaces(network=grants.network),
            *file_system(toolchains),
            *names,
            *_granted(grants, kept),
            *("--tmpfs", str(kept), "--bind", str(own), str(own)),
            *("--remount-ro", str(kept), "--remount-ro", "/", "--chdir", str(own)),
        ]
        path = os.pathsep.join([*toolchains.path, PROGRAMS])
        environment = {**scrubbed(environ, path=path, home=str(own)), **given}
        yield Launch([program, *options, "--", *argv], environment, own, calls.descriptors)


def _search_path(program: str, environ: Mapping[str, str]) -> str:
    """Where programs are looked for: beside the program first, so that what it needs is found there."""
    path = environ.get("PATH", os.defpath)
    return os.pathsep.join([str(Path(program).parent), path]) if os.sep in program else path


def _granted(grants: Grants, kept: Path) -> list[str]:
    """Options that show what was granted. Raises ``SandboxUnavailable`` for parts of Loom's home."""
    options: list[str] = []
    for option, paths in (("--ro-bind", grants.readable), ("--bind", grants.writable)):
        for path in paths:
            shown = path.expanduser().resolve()
            if shown.is_relative_to(kept):
                raise SandboxUnavailable(
                    f"{path} is a part of Loom's home, which no server may see"
                )
            options += [option, str(shown), str(shown)]
    return options
