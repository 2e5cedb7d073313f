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

_COMPANIONS = (".rustup", ".local/share/uv", ".local/share/pipx", ".local/share/mise")
"""Below the home directory: what the programs on the search path are only the entrance to."""


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
    wanted = [_bound(Path(entry), home) for entry in path]
    wanted += [Path(python).parent.parent, real_python.parent.parent]
    wanted += [home / name for name in _COMPANIONS]
    return Toolchains(tuple(path), _outermost(wanted, home), python)


def _bound(entry: Path, home: Path) -> Path:
    """What must be readable for the programs of one directory: it, or the prefix it belongs to."""
    prefix = entry.parent
    if entry.name not in {"bin", "sbin", "condabin"} or prefix in {
        home / ".local",
        home / ".cargo",
    }:
        return entry
    if prefix.is_relative_to(home):
        below = prefix.relative_to(home).parts
        return prefix if below and below[0].startswith(".") else entry
    return prefix if not home.is_relative_to(prefix) else entry


def _outermost(wanted: Sequence[Path], home: Path) -> tuple[str, ...]:
    """The directories that exist, outside the system ones, none twice or inside another."""
    chosen: list[Path] = []
    for directory in sorted({path for path in wanted if os.access(f"{path}/.", os.X_OK)}):
        is_hidden_thing = home.is_relative_to(directory) or directory == Path("/")
        covered = any(directory.is_relative_to(other) for other in [*chosen, *_system()])
        if not is_hidden_thing and not covered:
            chosen.append(directory)
    return tuple(str(directory) for directory in chosen)


def _system() -> list[Path]:
    """The system directories."""
    return [Path(directory) for directory in SYSTEM_DIRECTORIES]
