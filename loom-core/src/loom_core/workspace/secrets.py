"""Which files hold secrets by their name: prompts do not show them, and touching them asks first."""

import os
import re
from collections.abc import Iterator
from fnmatch import translate
from pathlib import Path

MAX_ENTRIES = 50_000
"""Names that a search for secret files looks at."""

_PASSED_OVER = frozenset({".git", ".venv", "venv", "node_modules", "site-packages"})
_SECRET = (
    ".env",
    ".env.*",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.keystore",
    "id_rsa*",
    "id_ed25519*",
    "id_ecdsa*",
    ".netrc",
    ".pypirc",
    ".npmrc",
    ".git-credentials",
    ".htpasswd",
    "credentials",
    "credentials.json",
    "secrets.json",
    "secrets.toml",
    "secrets.y*ml",
)
_PUBLIC = ("*.pub", "*.example", "*.sample", "*.template", "*.dist")
"""Templates of secret files, and public keys."""
_SECRET_NAME = re.compile("|".join(map(translate, _SECRET)))
_PUBLIC_NAME = re.compile("|".join(map(translate, _PUBLIC)))
"""One look instead of one for each pattern: a listing asks for every file."""


def holds_secrets(path: str) -> bool:
    """Whether a file of this name usually holds credentials."""
    name = path.rpartition("/")[2].casefold()
    return bool(_SECRET_NAME.match(name)) and not _PUBLIC_NAME.match(name)


def secret_files(root: Path) -> list[Path]:
    """The plain files below a directory whose names say that they hold secrets, by path.

    A symbolic link of such a name stands for the file it leads to, if that is below the root too.
    Installed packages, whose certificates are no secrets, and ``.git`` are passed over. Only the
    first ``MAX_ENTRIES`` names, nearest to the root first, are looked at.
    """
    real_root = root.resolve()
    found: set[Path] = set()
    for path in _files(real_root):
        if holds_secrets(path.name):
            real = path.resolve()
            if real.is_relative_to(real_root) and real.is_file():
                found.add(real)
    return sorted(found)


def _files(root: Path) -> Iterator[Path]:
    """What lies below a directory and is none itself, level by level, up to the limit."""
    left = MAX_ENTRIES
    waiting = [str(root)]
    for directory in waiting:  # grows as it is walked: nearest first
        try:
            entries = list(os.scandir(directory))
        except OSError:
            continue  # it went away, or commands cannot read it either
        for entry in entries[:left]:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _PASSED_OVER:
                    waiting.append(entry.path)
            else:
                yield Path(entry.path)
        left -= len(entries)
        if left <= 0:
            return
