"""Protected paths as they were before a command, and making them so again."""

import errno
import os
import stat
from collections.abc import Collection
from pathlib import Path

from loom_core.workspace.removing import open_down_to, open_to_owner, remove
from loom_core.workspace.repositories import control_files, state_of

Identity = tuple[int, int, str]
"""What stays the same when somebody moves a path."""

GONE = (FileNotFoundError, NotADirectoryError)
"""What looking at a path gives that went away meanwhile."""


class Remembered:
    """One protected path with what is needed to put it back."""

    def __init__(self, path: Path) -> None:
        """Remember a file whole, and of a repository what can make git run something.

        Raises:
            FileNotFoundError: it went away meanwhile.
        """
        self.path = path
        self.identity = identity_of(path)
        self.files = _files(path)
        """Kind, mode and content of its files that matter, by name; of a file itself that of ``.``."""
        self.is_file = "." in self.files

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link, which no sandbox can close."""
        return self.files.get(".", b"").startswith(b"link ")

    @property
    def is_too_large(self) -> bool:
        """Whether it is a file of which too much would have to be remembered."""
        return self.files.get(".", b"").startswith(b"large ")

    def changed(self, path: Path, *, only_new: bool) -> dict[Path, bytes | None]:
        """What changed, or only what is new, at the path's present place: what each file was."""
        try:
            now = _files(path)
        except GONE:
            return self.gone()
        looked_at = now.keys() - self.files.keys() if only_new else now.keys() | self.files.keys()
        return {
            path / name: self.files.get(name)
            for name in looked_at
            if now.get(name) != self.files.get(name)
        }

    def gone(self) -> dict[Path, bytes | None]:
        """The file when it is to be made again; nothing of a directory: too little is known."""
        is_wanted = self.is_file and self.path.parent.is_dir() and _is_real(self.path.parent)
        return {self.path: self.files["."]} if is_wanted else {}


def remember(root: Path, paths: Collection[Path]) -> dict[Path, Remembered]:
    """These paths of a workspace as they are, but for those that are not there.

    Raises:
        OSError: one is there and cannot be looked at.
    """
    found: dict[Path, Remembered] = {}
    with open_down_to(root, (path.parent for path in paths)):
        for path in paths:
            try:
                found[path] = Remembered(path)
            except GONE:
                continue
            except PermissionError:
                if os.path.lexists(path):
                    raise
                # It is in a directory of another user, who lets no command in either.
    return found


def identity_of(path: Path) -> Identity:
    """The identity of a path: a link is its path, a file keeps its name, a directory need not.

    Raises:
        FileNotFoundError: it went away meanwhile.
    """
    facts = path.lstat()
    name = "" if stat.S_ISDIR(facts.st_mode) else path.name
    return facts.st_dev, facts.st_ino, str(path) if stat.S_ISLNK(facts.st_mode) else name


def restore(path: Path, state: bytes | None) -> None:
    """Make a file what it was; None takes it away, as does what was too large to remember.

    Raises:
        OSError: it cannot be changed, or a command put a link above it that leads elsewhere.
    """
    if not _is_real(path.parent):
        raise OSError(errno.ELOOP, "a symbolic link is in the way", str(path))
    if os.path.lexists(path):
        remove(path)
    kind, _, rest = (state or b"").partition(b" ")
    if kind not in {b"link", b"file"}:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_to_owner(path.parent):
        if kind == b"link":
            path.symlink_to(os.fsdecode(rest))
            return
        mode, _, content = rest.partition(b" ")
        path.write_bytes(content)
        path.chmod(int(mode, 8))


def _is_real(directory: Path) -> bool:
    """Whether no part of a path, which began without links, is one now."""
    # Unlike resolve() this raises nothing where links go in circles.
    return os.path.realpath(directory) == str(directory)


def _files(path: Path) -> dict[str, bytes]:
    """The files of a protected path that matter, by name."""
    if path.is_symlink() or not path.is_dir():
        return {".": state_of(path)}
    with open_to_owner(path):
        return control_files(path)
