"""Taking paths away, whatever a command did to keep them there."""

import contextlib
import itertools
import os
import stat
from collections.abc import Generator
from pathlib import Path
from secrets import token_hex


def remove(path: Path) -> None:
    """Take away a file, a link or a directory with all that is in it; links are not followed."""
    with open_to_owner(path.parent):
        if path.is_symlink() or not path.is_dir():
            path.unlink(missing_ok=True)
        else:
            _remove_directory(path)


@contextlib.contextmanager
def open_to_owner(directory: Path) -> Generator[None]:
    """A directory that its owner may change inside this context, also if it was closed to them."""
    facts = directory.stat()
    mode = stat.S_IMODE(facts.st_mode)
    if mode & stat.S_IRWXU == stat.S_IRWXU or facts.st_uid != os.geteuid():
        yield
        return
    directory.chmod(mode | stat.S_IRWXU)
    try:
        yield
    finally:
        directory.chmod(mode)


def _remove_directory(top: Path) -> None:
    """Remove a directory of any depth.

    What is nested is moved up first: paths can be deeper than names may be long, and than Python
    may recurse.
    """
    names = (top / f"{token_hex(8)}-{number}" for number in itertools.count())
    waiting = [top]
    top.chmod(0o700)
    for directory in waiting:  # grows as it is emptied
        with os.scandir(directory) as entries:
            found = list(entries)
        for entry in found:
            if not entry.is_dir(follow_symlinks=False):
                Path(entry.path).unlink()
                continue
            Path(entry.path).chmod(0o700)  # a closed one can be neither moved nor emptied
            waiting.append(Path(entry.path).rename(next(names)))
    for directory in reversed(waiting):
        directory.rmdir()
