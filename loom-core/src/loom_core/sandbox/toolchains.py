"""Programs that live outside the system directories, such as a Python below the home directory."""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SYSTEM_DIRECTORIES = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt")
"""Read-only in every sandbox; those that are missing are passed over."""

ETC_NAMES = (
    "alternatives",
    "ca-certificates",
    "fonts",
    "group",
    "hosts",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "mime.types",
    "nsswitch.conf",
    "passwd",
    "pki/ca-trust",
    "pki/tls/certs",
    "protocols",
    "services",
    "ssl/certs",
    "ssl/openssl.cnf",
)
"""What programs need of /etc; the rest, with its secrets, is hidden."""

_COMPANIONS = (
    ".local/share/mise/installs",
    ".local/share/pipx",
    ".local/share/uv/python",
    ".local/share/uv/tools",
    ".rustup",
)
"""Below the home directory: what the programs on the search path are only the entrance to."""

_OF_MANY = frozenset({"cache", "etc", "share", "state", "var"})
_PROGRAMS = frozenset({"bin", "sbin", "condabin"})

_INSTALLED = (
    "bin",
    "include",
    "install",
    "installs",
    "lib",
    "lib32",
    "lib64",
    "libexec",
    "plugins",
    "sbin",
    "toolchains",
    "tools",
    "versions",
)
"""Where programs lie in a directory that also has the user's own settings and credentials."""


@dataclass(frozen=True, slots=True)
class Toolchains:
    """Where programs are found, and what must be readable for them to run."""

    path: tuple[str, ...]
    """Directories of the search path, in order."""
    directories: tuple[str, ...]
    """Directories outside the system ones that they need, none inside another."""
    python: str
    """The interpreter that ``python3`` means; empty when there is none."""


def find_toolchains(environment: Mapping[str, str], home: Path) -> Toolchains:
    """What the search path of this process needs in order to work in a sandbox.

    Directories of version-switching scripts (``shims``) are replaced by the Python that runs Loom:
    the scripts are slow and look at files that a sandbox hides.
    """
    own_programs = str(Path(sys.base_prefix) / "bin")
    entries = [
        own_programs if Path(entry).name == "shims" else entry
        for entry in environment.get("PATH", os.defpath).split(os.pathsep)
        if entry.startswith("/") and os.access(f"{entry}/.", os.X_OK)
    ]
    path = list(dict.fromkeys(entries))
    python = shutil.which("python3", path=os.pathsep.join(path)) or sys.executable
    real_python = Path(python).resolve()
    wanted = [home / name for name in _COMPANIONS]
    for entry in path:
        wanted += _around(Path(entry), home)
    for program in (Path(python), real_python):
        wanted += _of(program.parent.parent, home)
    return Toolchains(tuple(path), _outermost(wanted, home), python)


def _around(entry: Path, home: Path) -> list[Path]:
    """What must be readable for the programs of one directory: it, or the prefix it belongs to."""
    prefix = entry.parent
    if entry.name not in _PROGRAMS or prefix == home / ".cargo":
        return [entry]
    if prefix.is_relative_to(home):
        below = prefix.relative_to(home).parts
        return _of(prefix, home) if below and below[0].startswith(".") else [entry]
    return [prefix] if not home.is_relative_to(prefix) else [entry]


def _of(prefix: Path, home: Path) -> list[Path]:
    """What must be readable of a place where programs are installed.

    A hidden directory right below home, such as ``~/.fly`` or ``~/.local``, often holds credentials
    too: of it only what programs consist of, and what the links among them lead to.
    """
    if not _is_personal(prefix, home):
        return [prefix]
    own = (target for path in _listed(prefix / "bin") if (target := _target(path, prefix)))
    return [prefix / name for name in sorted({*_INSTALLED, *map(_place_of, own)})]


def _target(link: Path, prefix: Path) -> Path | None:
    """What a link among programs leads to, as seen from where they are installed; None if elsewhere."""
    try:
        target = Path(os.path.normpath(link.parent / link.readlink()))
    except OSError:  # it is none, or went away
        return None
    return (
        target.relative_to(prefix) if target.is_relative_to(prefix) and target != prefix else None
    )


def _place_of(program: Path) -> str:
    """Where all is that a program consists of, in the place where it is installed.

    In directories where many keep their data, only what is its own.
    """
    if program.parts[0] not in _OF_MANY:
        return program.parts[0]
    around = program.parent.parent if program.parent.name in _PROGRAMS else program.parent
    return str(around if len(around.parts) > 1 else program)


def _is_personal(prefix: Path, home: Path) -> bool:
    """Whether a place is the user's own directory for more than programs."""
    if not prefix.is_relative_to(home) or (prefix / "pyvenv.cfg").is_file():
        return False
    below = prefix.relative_to(home).parts
    is_hidden = bool(below) and below[0].startswith(".")
    return not below or (is_hidden and (len(below) == 1 or below[0] == ".config"))


def _listed(directory: Path) -> list[Path]:
    """What is in a directory; nothing where nobody can tell."""
    try:
        return list(directory.iterdir())
    except OSError:
        return []


def _outermost(wanted: Sequence[Path], home: Path) -> tuple[str, ...]:
    """What exists of it, outside the system directories, nothing twice or inside another."""
    chosen: list[Path] = []
    for directory in sorted({path for path in wanted if os.access(path, os.X_OK)}):
        is_hidden_thing = home.is_relative_to(directory) or directory == Path("/")
        covered = any(directory.is_relative_to(other) for other in [*chosen, *_system()])
        if not is_hidden_thing and not covered:
            chosen.append(directory)
    return tuple(str(directory) for directory in chosen)


def _system() -> list[Path]:
    """The system directories."""
    return [Path(directory) for directory in SYSTEM_DIRECTORIES]
